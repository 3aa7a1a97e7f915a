//! Text as codes into a list of distinct values.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use ml_core::{Result, TextColumn};
use polars::prelude::{DataType, Series, StringChunked};
use rayon::prelude::*;

use super::column::polars_problem;

/// Rows that one piece of work encodes.
const BLOCK: usize = 1 << 16;

/// The codes of a column of text or categories; values in order of their first appearance.
///
/// Every block of rows gets a dictionary of its own, and these are merged from top to bottom, so
/// that the outcome does not depend on the number of threads.
pub(super) fn encode(op: &'static str, series: &Series) -> Result<TextColumn> {
    let series = series
        .cast(&DataType::String)
        .map_err(|error| polars_problem(op, series.name(), &error))?;
    let rows = series
        .str()
        .map_err(|error| polars_problem(op, series.name(), &error))?;

    let mut codes = vec![TextColumn::MISSING; rows.len()];
    let of_block =
        |(k, codes): (usize, &mut [u32])| encode_block(&rows.slice((k * BLOCK) as i64, BLOCK), codes);
    let values: Vec<Vec<String>> = codes.par_chunks_mut(BLOCK).enumerate().map(of_block).collect();

    let mut all = Dictionary::default();
    let global = values
        .into_iter()
        .map(|values| values.into_iter().map(|value| all.add_owned(value)).collect());
    let global: Vec<Vec<u32>> = global.collect();
    codes
        .par_chunks_mut(BLOCK)
        .zip(&global)
        .for_each(|(codes, global)| {
            for code in codes {
                // A missing value has a code beyond every list.
                *code = global.get(*code as usize).copied().unwrap_or(TextColumn::MISSING);
            }
        });
    Ok(TextColumn {
        codes: codes.into(),
        values: all.values.into(),
    })
}

/// Writes the codes of a stretch of rows into a dictionary of its own, which is returned.
fn encode_block(rows: &StringChunked, codes: &mut [u32]) -> Vec<String> {
    let mut seen = HashMap::<&str, u32, BuildHasherDefault<Mix>>::default();
    let mut values = Vec::new();
    for (code, row) in codes.iter_mut().zip(rows.iter()) {
        if let Some(row) = row {
            *code = *seen.entry(row).or_insert_with(|| {
                values.push(row.to_owned());
                values.len() as u32 - 1
            });
        }
    }
    values
}

/// Distinct values in order of their first appearance.
#[derive(Default)]
struct Dictionary {
    codes: HashMap<String, u32, BuildHasherDefault<Mix>>,
    values: Vec<String>,
}

impl Dictionary {
    fn add_owned(&mut self, value: String) -> u32 {
        if let Some(&code) = self.codes.get(&value) {
            return code;
        }
        let code = self.values.len() as u32;
        self.codes.insert(value.clone(), code);
        self.values.push(value);
        code
    }
}

/// A quick hash of short text: multiply and rotate, eight bytes at a time.
///
/// Codes are given by first appearance, so the hash never shows in a result. It is not proof
/// against made-up collisions, but those cost time only.
#[derive(Default)]
struct Mix(u64);

/// The odd number nearest to 2^64 divided by the golden ratio (Knuth, vol. 3, section 6.4).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Mix {
    #[inline]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(GOLDEN);
    }
}

impl Hasher for Mix {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.mix(u64::from_le_bytes(word.try_into().expect("chunks of eight")));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.mix(u64::from_le_bytes(last));
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    #[inline]
    fn finish(&self) -> u64 {
        // The table takes its index from the low bits and its tag from the high ones.
        self.0 ^ (self.0 >> 32)
    }
}
