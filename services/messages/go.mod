module parley/messages

go 1.26
