// Package source is where desired state comes from: manifest files on disk,
// watched for changes of their content.
//
// Events of the file system are a doorbell only. Whatever rings, every file is
// read again and compared with what was delivered last, so that lost,
// repeated, reordered or meaningless events change nothing. What is read is
// not judged here: a file that does not decode is delivered as it stands.
package source
