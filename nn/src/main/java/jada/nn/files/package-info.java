/// Model files: weights in and out, and the folders and archives that hold them.
///
/// Every reader here treats its file as hostile until checked: lengths are compared with what is
/// there before memory is taken, sums and products cannot overflow, nesting and counts have limits.
/// What cannot be used ends in a [jada.nn.InputException] whose one line names the file, the place
/// in it and the remedy; nothing else is ever thrown for what a file contains.
///
/// Every writer writes aside, forces the bytes to disk and renames, so a target is either what it
/// was before or complete.
package jada.nn.files;
