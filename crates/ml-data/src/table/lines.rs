//! Lines of a file before they are read as rows.

/// Bytes that are looked at in one go; a loop without an early end uses wide registers.
const BLOCK: usize = 1 << 14;

/// Takes out lines without a single character, which would be read as rows of gaps; line breaks
/// between double quotes stay.
pub(super) fn drop_empty(bytes: &mut Vec<u8>) {
    if !may_have_empty(bytes) {
        return;
    }
    let (mut kept, mut quoted, mut line_starts) = (0, false, true);
    for read in 0..bytes.len() {
        let byte = bytes[read];
        let ends_line = byte == b'\n' || (byte == b'\r' && bytes.get(read + 1) == Some(&b'\n'));
        if line_starts && !quoted && ends_line {
            continue;
        }
        quoted ^= byte == b'"';
        line_starts = byte == b'\n';
        bytes[kept] = byte;
        kept += 1;
    }
    bytes.truncate(kept);
}

/// How many lines end here.
pub(super) fn count_breaks(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// Whether a line break comes first, or right after another.
fn may_have_empty(bytes: &[u8]) -> bool {
    let is_break = |byte: u8| byte == b'\n' || byte == b'\r';
    let after_break = |pair: &[u8]| pair[0] == b'\n' && is_break(pair[1]);
    bytes.first().is_some_and(|&byte| is_break(byte))
        || (0..bytes.len()).step_by(BLOCK).any(|start| {
            // One more than a block, for the pair across its end.
            let block = &bytes[start..bytes.len().min(start + BLOCK + 1)];
            block.windows(2).filter(|pair| after_break(pair)).count() > 0
        })
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, drop_empty};

    fn dropped(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        drop_empty(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_empty_lines_outside_of_quotes_go() {
        assert_eq!(dropped("a,b\n1,2\n"), "a,b\n1,2\n");
        assert_eq!(dropped("\n\na\n\n\n1\n\n"), "a\n1\n");
        assert_eq!(dropped("\r\na\r\n\r\n1\r\n"), "a\r\n1\r\n");
        assert_eq!(dropped("a\n\"x\n\ny\"\n\n2"), "a\n\"x\n\ny\"\n2");
        assert_eq!(dropped("a\n \n\n"), "a\n \n");
        assert_eq!(dropped(""), "");
    }

    #[test]
    fn an_empty_line_across_two_blocks_is_found() {
        let long = "x".repeat(BLOCK - 1);
        assert_eq!(dropped(&format!("{long}\n\ny")), format!("{long}\ny"));
    }
}
