module demarche

go 1.26

require github.com/mozillazg/go-unidecode v0.2.0
