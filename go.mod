module demarche

go 1.26

require github.com/mozillazg/go-unidecode v0.2.0

require (
	github.com/google/go-cmp v0.7.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
