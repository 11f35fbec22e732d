// Package near finds the word that somebody probably meant.
package near

import "strings"

// Word is the known word that a misspelt one most resembles, and false where
// none is near. Words that differ in case alone are the nearest.
func Word(misspelt string, known []string) (string, bool) {
	best, least := "", limit(misspelt)+1
	for _, word := range known {
		distance := edits(strings.ToLower(misspelt), strings.ToLower(word))
		if distance < least {
			best, least = word, distance
		}
	}
	return best, best != ""
}

// limit is how many edits may lie between a word and its misspelling.
func limit(word string) int { return max(1, min(3, len(word)/3)) }

// edits counts the letters to insert, delete, replace or swap with the next to
// turn a into b: the optimal string alignment distance.
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
