package web

import "html/template"

// funcs are what templates may call, beside asset.
var funcs = template.FuncMap{}
