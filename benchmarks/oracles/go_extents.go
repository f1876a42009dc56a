// Print, for each file named on standard input, what functions Go's own parser finds in it, as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, lines.Text(), nil, 0)
		if err != nil {
			continue
		}
		// `//line` comments would say other places.
		line := func(at token.Pos) int { return set.PositionFor(at, false).Line }
		found := [][]interface{}{}
		ast.Inspect(file, func(node ast.Node) bool {
			if it, ok := node.(*ast.FuncDecl); ok {
				found = append(found, []interface{}{it.Name.Name, line(it.Pos()), line(it.End() - 1)})
			}
			return true
		})
		out.Encode(map[string]interface{}{"path": lines.Text(), "functions": found})
	}
}
