package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"demarche/internal/event"

	"github.com/jackc/pgx/v5"
)

// planNode is what matters of a node of a plan.
type planNode struct {
	Type     string     `json:"Node Type"`
	Strategy string     `json:"Strategy"`
	Relation string     `json:"Relation Name"`
	Hit      int        `json:"Shared Hit Blocks"`
	Read     int        `json:"Shared Read Blocks"`
	Plans    []planNode `json:"Plans"`
}

// each visits a node and all below.
func (n *planNode) each(do func(*planNode)) {
	do(n)
	for i := range n.Plans {
		n.Plans[i].each(do)
	}
}

// explained is one EXPLAIN (FORMAT JSON).
type explained struct {
	Plan planNode
	Time float64 `json:"Execution Time"`
}

// checkPlans draws questions and looks at their plans. One that is prepared
// once may be run with a plan that knows no values: that plan must read an
// index in order and stop. Of the others, which are planned for their values,
// it tells the worst. Nothing may go over a whole table.
func (b *bench) checkPlans(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, h := range hotQuestions() {
		if !h.page {
			continue
		}
		r := rand.New(rand.NewPCG(b.Seed, 5))
		worst, blocks, generic := 0.0, 0, 0
		for range 20 {
			q := h.ask(b.world, r)
			q.Del("cursor")
			f, err := event.ParseFilter(q, b.codes, lastDay)
			if err != nil {
				return err
			}
			list, err := b.store.ListStatements(ctx, f)
			if err != nil {
				return err
			}
			s := list[len(list)-1]
			var plan explained
			if s.Stable {
				generic++
				plan, err = explainGeneric(ctx, conn, s.SQL, s.Args)
			} else {
				var sql string
				if sql, err = literal(s); err == nil {
					plan, err = explain(ctx, conn, sql)
				}
			}
			if err != nil {
				return fmt.Errorf("%s: %w", h.name, err)
			}
			var bad []string
			plan.Plan.each(func(n *planNode) {
				sorts := n.Type == "Sort" || n.Strategy == "Hashed" || strings.HasPrefix(n.Type, "Bitmap") || n.Type == "Hash Join" || n.Type == "Merge Join"
				if n.Type == "Seq Scan" || s.Stable && sorts {
					bad = append(bad, n.Type+" "+n.Relation)
				}
			})
			if bad != nil && b.N >= 100_000 {
				return fmt.Errorf("%s: a bad plan (%s) for %s:\n%s", h.name, strings.Join(bad, ", "), q.Encode(), s.SQL)
			}
			worst, blocks = max(worst, plan.Time), max(blocks, plan.Plan.Hit+plan.Plan.Read)
		}
		fmt.Printf("plans\t%-19s worst of 20: %.1f ms, %d blocks (%d with a generic plan)\n", h.name, worst, blocks, generic)
	}
	return nil
}

func explain(ctx context.Context, conn *pgx.Conn, sql string) (explained, error) {
	var out []explained
	var plan []byte
	if err := conn.QueryRow(ctx, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+sql, pgx.QueryExecModeSimpleProtocol).Scan(&plan); err != nil {
		return explained{}, err
	}
	err := json.Unmarshal(plan, &out)
	return out[0], err
}

// explainGeneric runs a statement with a plan that knows no values.
func explainGeneric(ctx context.Context, conn *pgx.Conn, sql string, args []any) (explained, error) {
	var types, values []string
	for _, a := range args {
		v := fmt.Sprint(a)
		switch a.(type) {
		case int32:
			types = append(types, "integer")
		case string:
			types = append(types, "text")
		default:
			types = append(types, "uuid")
		}
		values = append(values, "'"+v+"'")
	}
	for _, statement := range []string{"DEALLOCATE ALL", "SET plan_cache_mode = force_generic_plan",
		"PREPARE listed (" + strings.Join(types, ", ") + ") AS " + sql} {
		if _, err := conn.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return explained{}, err
		}
	}
	return explain(ctx, conn, "EXECUTE listed ("+strings.Join(values, ", ")+")")
}
