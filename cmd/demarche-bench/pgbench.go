package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"demarche/db"
	"demarche/internal/event"

	"github.com/google/uuid"
)

// script is what pgbench runs for a question.
type script struct {
	mode  string   // prepared for statements that the server prepares, else extended
	files []string // with their weights
}

// scripts is how many literal scripts a question has whose statement is
// planned for its values.
const scripts = 100

// documents is the second statement of a page, with the ids of the first.
var documents = strings.Replace(db.DocumentsStatement, "$1", "nullif(:ids, '')::uuid[]", 1) + ";\n"

// The draws of the parameters of prepared statements, as in the requests.
const (
	drawDates  = "\\set d0 random(0, 4100)\n\\set d1 :d0 + random(30, 365)\n"
	drawPerson = "\\set k random_zipfian(1, 5000, 1.05)\n"
)

// writeScripts writes the scripts of a question: the statements that the
// server sends for it, with random parameters.
func (b *bench) writeScripts(ctx context.Context, h hot) (script, error) {
	list := func(values []string, variable, typ string) string {
		return "('{" + strings.Join(values, ",") + "}'::" + typ + "[])[:" + variable + "]"
	}
	w := b.world
	var people, types []string
	for _, p := range w.persons {
		people = append(people, p.id.String())
	}
	for _, k := range w.kinds {
		types = append(types, string(k.Type))
	}
	drawCode := func(v string) string { return fmt.Sprintf("\\set %s random_zipfian(1, %d, 1.05)\n", v, len(w.codes)) }
	code, who := list(w.codes, "k", "text"), list(people, "k", "uuid")
	from, to := fmt.Sprintf("(:d0 + %d)::integer", firstDay), fmt.Sprintf("(:d1 + %d)::integer", firstDay)
	reach := fmt.Sprintf("(:d0 + %d - 366)::integer", firstDay)
	// one writes a script of the statement of a filter, its arguments replaced.
	one := func(weight int, draw string, f event.Filter, replace ...string) (string, error) {
		f.Limit = event.DefaultLimit
		list, err := b.store.ListStatements(ctx, f)
		if err != nil {
			return "", err
		}
		s := list[len(list)-1]
		if !s.Stable || len(s.Args) != len(replace) {
			return "", fmt.Errorf("%s: %d arguments (stable: %t), %d given: %s", h.name, len(s.Args), s.Stable, len(replace), s.SQL)
		}
		sql := s.SQL
		for i := len(replace); i > 0; i-- {
			sql = strings.ReplaceAll(sql, fmt.Sprintf("$%d", i), replace[i-1])
		}
		return b.writeScript(h, weight, draw+sql+" \\gset\n"+documents)
	}
	byCode := []event.ActorTerm{{Any: []event.ActorRef{{Code: "AAA"}}}}
	byID := []event.ActorTerm{{Any: []event.ActorRef{{ID: uuid.Max}}}}
	first, last := firstDay, lastDay
	out := script{mode: "prepared"}
	var err error
	add := func(weight int, draw string, f event.Filter, replace ...string) {
		if err == nil {
			var file string
			file, err = one(weight, draw, f, replace...)
			out.files = append(out.files, file)
		}
	}
	switch h.name {
	case "actor":
		add(6, drawCode("k"), event.Filter{Actors: byCode}, code)
		add(4, drawPerson, event.Filter{Actors: byID}, who)
	case "pair":
		x, y := list(w.codes, "x", "text"), list(w.codes, "y", "text")
		add(1, drawCode("x")+drawCode("y")+fmt.Sprintf("\\if :x = :y\n\\set y 1 + :x %% %d\n\\endif\n", len(w.codes)),
			event.Filter{Actors: append(byCode, event.ActorTerm{Any: []event.ActorRef{{Code: "BBB"}}})}, "least("+x+", "+y+")", "greatest("+x+", "+y+")")
	case "actor+dates":
		add(6, drawCode("k")+drawDates, event.Filter{Actors: byCode, From: &first, To: &last}, code, from, reach, to)
		add(4, drawPerson+drawDates, event.Filter{Actors: byID, From: &first, To: &last}, who, from, reach, to)
	case "country+type+dates":
		add(1, drawCode("k")+"\\set t random_zipfian(1, 30, 1.2)\n"+drawDates, event.Filter{Countries: []string{"AAA"}, Types: []event.Type{event.Meeting}, From: &first, To: &last},
			from, reach, to, list(types, "t", "text"), code)
	case "deep page":
		draw := fmt.Sprintf("\\set d0 random(0, %d)\n", lastDay-firstDay-1)
		after := &event.Cursor{Key: int64(firstDay), ID: uuid.Max}
		add(6, drawCode("k")+draw, event.Filter{Actors: byCode, After: after}, code, from, "'"+uuid.Max.String()+"'::uuid")
		add(4, drawPerson+draw, event.Filter{Actors: byID, After: after}, who, from, "'"+uuid.Max.String()+"'::uuid")
	case "timeline", "facet counts":
		sql := strings.Replace(map[string]string{"timeline": db.KindsStatement, "facet counts": db.RankStatement}[h.name], "$1", code, 1)
		file, err := b.writeScript(h, 1, drawCode("k")+strings.NewReplacer("$2", map[string]string{"timeline": "'type'", "facet counts": "'country'"}[h.name], "$3", "20").Replace(sql)+";\n")
		return script{"prepared", []string{file}}, err
	default:
		out.mode = "extended"
		r := rand.New(rand.NewPCG(b.Seed, 99))
		for range scripts {
			f, err := event.ParseFilter(h.ask(w, r), b.codes, lastDay)
			if err != nil {
				return out, err
			}
			list, err := b.store.ListStatements(ctx, f)
			if err != nil {
				return out, err
			}
			var text string
			for i, s := range list {
				sql, err := literal(s)
				if err != nil {
					return out, err
				}
				text += sql + map[bool]string{true: " \\gset\n", false: ";\n"}[i == len(list)-1]
			}
			file, err := b.writeScript(h, 1, text+documents)
			if err != nil {
				return out, err
			}
			out.files = append(out.files, file)
		}
	}
	return out, err
}

var placeholder = regexp.MustCompile(`\$\d+`)

// literal writes the arguments of a statement into it.
func literal(s db.Statement) (string, error) {
	var failed error
	sql := placeholder.ReplaceAllStringFunc(s.SQL, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
		switch v := s.Args[n-1].(type) {
		case string:
			return quote(v) + "::text"
		case []string:
			return quote(`{"`+strings.Join(v, `","`)+`"}`) + "::text[]"
		case int32:
			return fmt.Sprintf("'%d'::integer", v)
		case float64:
			return fmt.Sprintf("'%g'::double precision", v)
		case uuid.UUID:
			return quote(v.String()) + "::uuid"
		case []uuid.UUID:
			ids := make([]string, len(v))
			for i, id := range v {
				ids[i] = id.String()
			}
			return quote("{"+strings.Join(ids, ",")+"}") + "::uuid[]"
		default:
			failed = fmt.Errorf("an argument of type %T", v)
			return ""
		}
	})
	return sql, failed
}

// writeScript writes one script and gives its name with its weight.
func (b *bench) writeScript(h hot, weight int, text string) (string, error) {
	b.written++
	path := filepath.Join(b.scratch, fmt.Sprintf("%s-%d.sql", strings.NewReplacer(" ", "-", "+", "-").Replace(h.name), b.written))
	// A statement of a script is on one line, or ends with a semicolon; what is
	// before \gset must not.
	lines := strings.Split(text, "\n")
	return fmt.Sprintf("%s@%d", path, weight), os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644)
}

// runPgbench has clients run the scripts as fast as they can.
func (b *bench) runPgbench(ctx context.Context, s script, clients int, window time.Duration, cpu func() string) (result, error) {
	logs := filepath.Join(b.scratch, "log")
	old, _ := filepath.Glob(logs + "*")
	for _, f := range old {
		os.Remove(f)
	}
	seconds := int((window+time.Second-1)/time.Second) + 1 // pgbench takes whole seconds; its beginning is not counted
	if clients > 8 {
		seconds++ // so many take longer to connect and prepare
	}
	arguments := []string{"-n", "-M", s.mode, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)), "-T", strconv.Itoa(seconds), "-l", "--log-prefix", logs}
	for _, f := range s.files {
		arguments = append(arguments, "-f", f)
	}
	cmd := exec.CommandContext(ctx, "pgbench", append(arguments, b.url)...)
	began := time.Now()
	cpu()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("pgbench: %w: %s", err, tail(out))
	}
	split := cpu()
	if strings.Contains(string(out), "aborted") {
		return result{}, fmt.Errorf("pgbench: %s", tail(out))
	}
	var took []time.Duration
	counts, ends := time.Duration(-1), time.Duration(seconds)*time.Second
	files, _ := filepath.Glob(logs + "*")
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return result{}, err
		}
		for lines := bufio.NewScanner(f); lines.Scan(); { // client transaction microseconds script epoch microseconds
			fields := strings.Fields(lines.Text())
			if len(fields) < 6 {
				continue
			}
			us, _ := strconv.ParseInt(fields[2], 10, 64)
			epoch, _ := strconv.ParseInt(fields[4], 10, 64)
			fraction, _ := strconv.ParseInt(fields[5], 10, 64)
			end := time.Unix(epoch, fraction*1000).Sub(began)
			if counts < 0 || end < counts {
				counts = end // the first that ended
			}
			if end-counts > warm+200*time.Millisecond && end < ends {
				took = append(took, time.Duration(us)*time.Microsecond)
			}
		}
		f.Close()
	}
	r := summarize(took, ends-counts-warm-200*time.Millisecond)
	r.split = split
	return r, nil
}

func tail(b []byte) string {
	if len(b) > 600 {
		b = b[len(b)-600:]
	}
	return string(b)
}
