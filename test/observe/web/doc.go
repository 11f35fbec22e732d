// Package web tests the page of a running agent in headless Chromium: make
// web-test. It is a module of its own, so that wanctl does not depend on what
// drives a browser.
package web
