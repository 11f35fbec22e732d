package report

import "slices"

// Document is a report, before it is Markdown or HTML.
type Document struct {
	Title    string
	Facts    []Fact
	Sections []Section
}

// Fact is a name and a value at the document's head.
type Fact struct{ Name, Value string }

// Section is a heading with what stands below it.
type Section struct {
	// ID is the heading's anchor, Level 2 or 3.
	ID, Title string
	Level     int
	Blocks    []Block
}

// Block is one of its fields.
type Block struct {
	// Answer is a paragraph that stands out, Text one that does not.
	Answer, Text string
	List         []string
	Table        *Table
	// Plots stand beside each other. The table that follows has their figures.
	Plots []*Plot
}

// Table is rows of cells under columns. Simulated, where given, says of each row
// whether it is.
type Table struct {
	Caption   string
	Columns   []string
	Rows      [][]string
	Simulated []bool
}

func (t *Table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// evidence is the column that says of what origin a row's figures are.
const evidence = "evidence"

// addOf adds a row of figures of some origin, which goes into its column.
func (t *Table) addOf(s *soak, cells ...string) {
	t.Simulated = append(t.Simulated, s.simulated())
	t.add(slices.Insert(cells, slices.Index(t.Columns, evidence), s.originText())...)
}

// FromSimulation says whether a row's figures are simulated.
func (t *Table) FromSimulation(row int) bool { return row < len(t.Simulated) && t.Simulated[row] }

func text(s string) Block              { return Block{Text: s} }
func tabled(t *Table) Block            { return Block{Table: t} }
func plotted(p ...*Plot) Block         { return Block{Plots: p} }
func part(id, title string) Section    { return Section{ID: id, Title: title, Level: 2} }
func (s *Section) put(blocks ...Block) { s.Blocks = append(s.Blocks, blocks...) }
