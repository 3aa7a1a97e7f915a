//! TFRecords: lengths and data with masked CRC-32C.

use std::io::{self, Write};

/// Added to a rotated checksum, so that a checksum of data that holds checksums stays good.
const MASK: u32 = 0xa282_ead8;

fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(MASK)
}

/// Writes one record: its length, the length's checksum, the data, their checksum; all little-endian.
pub(super) fn write_record(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked(&length).to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&masked(data).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_laid_out_as_documented() {
        // CRC-32C of "123456789" is 0xe3069283 (RFC 3720); rotated by 15 bits: 0x2507c60d; plus the mask.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(masked(b"123456789"), 0x2507_c60d_u32.wrapping_add(MASK));
        let mut out = Vec::new();
        write_record(&mut out, b"123456789").unwrap();
        assert_eq!(out.len(), 8 + 4 + 9 + 4);
        assert_eq!((out[0], &out[12..21]), (9, &b"123456789"[..]));
    }
}
