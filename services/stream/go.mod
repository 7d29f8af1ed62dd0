module parley/stream

go 1.26
