module demarche

go 1.26

require (
	github.com/google/go-cmp v0.7.0
	github.com/mozillazg/go-unidecode v0.2.0
	pgregory.net/rapid v1.3.0
)
