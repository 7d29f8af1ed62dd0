module parley/deploy

go 1.26
