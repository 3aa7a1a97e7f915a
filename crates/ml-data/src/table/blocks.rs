//! A file of rows in blocks, so that it never lies in memory as a whole.

use std::io::{self, Read};

use super::{csv::Encoding, lines};
use crate::preprocess::numbers::GIVEN_BACK_BYTES;

/// Bytes a block: many rows, little beside the table that comes of them, and enough for the allocator
/// to give the memory back at once.
pub(super) const BLOCK_BYTES: usize = GIVEN_BACK_BYTES;

/// Cuts what is read into blocks that end with a row, in UTF-8 and without empty lines.
///
/// A line break between double quotes ends no row.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    from: R,
    encoding: Encoding,
    size: usize,
    /// The beginning of a row whose end has not been read yet.
    rest: Vec<u8>,
}

impl<R: Read> Blocks<R> {
    /// Blocks of `size` bytes, more where a single row is longer.
    pub(super) fn new(from: R, encoding: Encoding, size: usize) -> Self {
        let rest = Vec::new();
        Self {
            from,
            encoding,
            size,
            rest,
        }
    }

    /// Replaces `block` with the next rows, and says whether there are any.
    pub(super) fn next_into(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            self.read_into(block)?;
            if block.is_empty() {
                return Ok(false);
            }
            if self.encoding == Encoding::Latin1 && !block.is_ascii() {
                // The first 256 characters of Unicode are those of Latin-1.
                *block = block
                    .iter()
                    .map(|&byte| char::from(byte))
                    .collect::<String>()
                    .into_bytes();
            }
            lines::drop_empty(block);
            if !block.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Replaces `block` with the next rows as they are; with nothing at the end.
    fn read_into(&mut self, block: &mut Vec<u8>) -> io::Result<()> {
        block.clear();
        block.append(&mut self.rest);
        loop {
            // At least doubled, so that the search for the end of a long row stays linear.
            let more = self.size.max(block.len());
            block.reserve_exact(more);
            let read = (&mut self.from).take(more as u64).read_to_end(block)?;
            if read < more {
                return Ok(());
            }
            if let Some(end) = end_of_rows(block) {
                self.rest.extend_from_slice(&block[end..]);
                block.truncate(end);
                return Ok(());
            }
        }
    }
}

/// Where the last whole row ends, given that the first one begins at the start.
fn end_of_rows(block: &[u8]) -> Option<usize> {
    let quotes = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'"').count();
    let mut before = quotes(block);
    let mut end = block.len();
    while let Some(line_break) = block[..end].iter().rposition(|&byte| byte == b'\n') {
        before -= quotes(&block[line_break..end]);
        if before.is_multiple_of(2) {
            return Some(line_break + 1);
        }
        end = line_break;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Blocks, Encoding};

    fn cut(bytes: impl AsRef<[u8]>, size: usize, encoding: Encoding) -> Vec<String> {
        let mut blocks = Blocks::new(bytes.as_ref(), encoding, size);
        let (mut block, mut all) = (Vec::new(), Vec::new());
        while blocks.next_into(&mut block).unwrap() {
            all.push(String::from_utf8(block.clone()).unwrap());
        }
        all
    }

    #[test]
    fn blocks_end_with_a_row() {
        let cut = |text, size| cut(text, size, Encoding::Utf8);
        assert_eq!(cut("a,b\n1,2\n3,4", 5), ["a,b\n", "1,2\n", "3,4"]);
        assert_eq!(cut("a,b\n1,2\n3,4\n", 100), ["a,b\n1,2\n3,4\n"]);
        assert_eq!(cut("", 5), [""; 0]);
    }

    #[test]
    fn quoted_line_breaks_and_long_rows_stay_together() {
        let cut = |text, size| cut(text, size, Encoding::Utf8);
        assert_eq!(cut("\"x\ny\"\nz\n", 3), ["\"x\ny\"\n", "z\n"]);
        assert_eq!(cut("long,row\n1\n2\n", 3), ["long,row\n1\n", "2\n"]);
        assert_eq!(
            cut("a\n\"never closed\n1\n2\n", 3),
            ["a\n", "\"never closed\n1\n2\n"]
        );
    }

    #[test]
    fn empty_lines_go_and_latin1_becomes_utf8() {
        assert_eq!(cut("\n\n\n\na\n\n1\n", 2, Encoding::Utf8), ["a\n", "1\n"]);
        assert_eq!(cut(b"K\xf8b\nx\n", 4, Encoding::Latin1), ["K\u{f8}b\n", "x\n"]);
    }
}
