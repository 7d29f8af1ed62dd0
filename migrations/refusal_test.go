package migrations_test

import (
	"regexp"
	"slices"
	"strings"
)

// refusal is a statement that a migration may not have: in lower case, and its
// white space made one.
type refusal struct{ statement, why string }

// refusals returns the statements of a migration that work on a large table and
// are not known to be over in a moment. Tables that it makes itself are empty.
func refusals(migration string) (refused []refusal) {
	all := statements(migration)
	for _, s := range all {
		why := ""
		switch table := tableOf(s); {
		case strings.HasPrefix(s, "do "):
			why = "a block can't be judged"
		case !names(s, all):
		case table == "":
			why = "it reads or writes a large table; do so in batches, outside the migration"
		case strings.HasPrefix(s, "alter table"):
			why = judgeActions(s, len(all) == 1)
		case strings.Contains(s, "index concurrently"):
			if len(all) > 1 {
				why = "an index that is made CONCURRENTLY must stand alone in its migration"
			}
		default:
			why = "it makes an index, and posts wait: make it CONCURRENTLY"
		}
		if why != "" {
			refused = append(refused, refusal{s, why})
		}
	}
	return refused
}

var (
	altersTable = regexp.MustCompile(`^alter table (?:if exists )?(?:only )?(?:public\.)?(\w+) `)
	makesIndex  = regexp.MustCompile(`^create (?:unique )?index (?:.*?)\bon (?:only )?(?:public\.)?(\w+)\b`)
	makesTable  = regexp.MustCompile(`^create (?:unlogged )?table (?:if not exists )?(?:public\.)?(\w+) \(`)
	takesMoment = regexp.MustCompile(`^(?:comment on|grant|revoke|create (?:or replace )?trigger|drop (?:trigger|index)|create (?:or replace )?function) `)
)

// tableOf returns the table that a statement alters or indexes, or "".
func tableOf(s string) string {
	for _, form := range []*regexp.Regexp{altersTable, makesIndex} {
		if found := form.FindStringSubmatch(s); found != nil {
			return found[1]
		}
	}
	return ""
}

// names tells whether a statement is about a large table which none of all makes.
// One that makes a table with columns of its own is about no other, and some
// take a moment however large the table is.
func names(s string, all []string) bool {
	if makesTable.MatchString(s) || takesMoment.MatchString(s) {
		return false
	}
	for _, table := range large {
		if !slices.ContainsFunc(all, func(other string) bool {
			made := makesTable.FindStringSubmatch(other)
			return made != nil && made[1] == table
		}) && regexp.MustCompile(`\b`+table+`\b`).MatchString(s) {
			return true
		}
	}
	return false
}

const builtin = `(?:text|bytea|boolean|smallint|integer|bigint|real|double precision|numeric(?: ?\([\d, ]+\))?|uuid|jsonb?|date|timestamptz|interval|inet)(?:\[\])?(?: collate c)?`

var (
	addsConstraint = regexp.MustCompile(`^add (?:constraint|check|unique|primary key|foreign key|exclude)\b`)
	addsColumn     = regexp.MustCompile(`^add (?:column )?(?:if not exists )?\w+ (.*)$`)
	ofType         = regexp.MustCompile(`^` + builtin + `( |$)`)
	constrained    = regexp.MustCompile(`\b(?:check|references|unique|primary key)\b`)
	plainDefault   = regexp.MustCompile(`^` + builtin + `(?: not null)? default (?:null|true|false|-?[\d.]+|'')(?:::\w+)?(?: not null)?$`)
	nullable       = regexp.MustCompile(`^` + builtin + `(?: null)?$`)
	soon           = regexp.MustCompile(`^(?:drop (?:constraint|column) |drop \w+(?: cascade| restrict)?$|alter (?:column )?\w+ (?:set default |drop default$|drop not null$|set statistics )|set \(|reset \()`)
)

// judgeActions says what is wrong with one of the actions of ALTER TABLE, if
// anything is.
func judgeActions(s string, alone bool) string {
	actions := actionsOf(altersTable.ReplaceAllString(s, ""))
	for _, action := range actions {
		switch {
		case addsConstraint.MatchString(action):
			if !strings.HasSuffix(action, " not valid") && !strings.Contains(action, " using index ") {
				return "the constraint is checked at once: add it NOT VALID"
			}
		case strings.HasPrefix(action, "validate constraint "):
			if !alone || len(actions) > 1 {
				return "VALIDATE CONSTRAINT must stand alone in its migration, for the locks of all others stay until its end"
			}
		case addsColumn.MatchString(action):
			if why := judgeColumn(addsColumn.FindStringSubmatch(action)[1]); why != "" {
				return why
			}
		case !soon.MatchString(action):
			return "it writes or reads all rows, or isn't known not to: " + action
		}
	}
	return ""
}

func judgeColumn(column string) string {
	switch {
	case !ofType.MatchString(column):
		return "the type isn't known to leave the rows alone"
	case constrained.MatchString(column):
		return "the constraint of the column is checked at once"
	case !nullable.MatchString(column) && !plainDefault.MatchString(column):
		return "the default is no constant, or is missing"
	}
	return ""
}

// actionsOf splits at the commas that stand in no parentheses.
func actionsOf(s string) (actions []string) {
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			actions = append(actions, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return append(actions, strings.TrimSpace(s[from:]))
}
