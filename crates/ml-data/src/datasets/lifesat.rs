//! Life satisfaction and wealth of countries.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ml_core::ndarray::{Array1, Axis};

use super::files::{bytes, damaged, text};
use crate::registry::{Cache, Result};

/// Places, in order of wealth, of the countries that the book leaves out of the sample and shows later.
const LEFT_OUT: [usize; 7] = [0, 1, 6, 8, 33, 34, 35];

/// The two files behind [`lifesat`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifesatFiles {
    /// OECD Better Life Index 2015: a row for each country, indicator and group of people.
    pub better_life_index: PathBuf,
    /// IMF: tab-separated, Latin-1, thousands separated by commas, `n/a` for missing.
    pub gdp_per_capita: PathBuf,
}

/// Countries, poorest first, as [`lifesat`] joins them.
#[derive(Debug, Clone, PartialEq)]
pub struct CountryStats {
    /// Name of each country.
    pub countries: Vec<String>,
    /// GDP per capita in 2015, US dollars.
    pub gdp_per_capita: Array1<f64>,
    /// Life satisfaction, 0 to 10.
    pub life_satisfaction: Array1<f64>,
    /// Whether the book's first sample holds the country: 29 of 36.
    pub in_sample: Vec<bool>,
}

impl CountryStats {
    /// The countries of the book's first sample.
    pub fn sample(&self) -> Self {
        self.select(true)
    }

    /// The countries that the first sample lacks, which tell another story.
    pub fn missing(&self) -> Self {
        self.select(false)
    }

    fn select(&self, in_sample: bool) -> Self {
        let rows: Vec<usize> = (0..self.countries.len())
            .filter(|&i| self.in_sample[i] == in_sample)
            .collect();
        Self {
            countries: rows.iter().map(|&i| self.countries[i].clone()).collect(),
            gdp_per_capita: self.gdp_per_capita.select(Axis(0), &rows),
            life_satisfaction: self.life_satisfaction.select(Axis(0), &rows),
            in_sample: vec![in_sample; rows.len()],
        }
    }
}

/// Life satisfaction (OECD) and GDP per capita (IMF) of the 36 countries that have both, by wealth.
///
/// # Errors
/// Says how to get the data if it is missing; names the line that is damaged.
pub fn lifesat() -> Result<CountryStats> {
    lifesat_in(&Cache::from_env()?)
}

/// As [`lifesat`], from this cache.
///
/// # Errors
/// As [`lifesat`].
pub fn lifesat_in(cache: &Cache) -> Result<CountryStats> {
    let files = lifesat_files_in(cache)?;
    let satisfaction = satisfaction(&files.better_life_index, &text(&files.better_life_index)?)?;
    let gdp = gdp(&files.gdp_per_capita, &bytes(&files.gdp_per_capita)?)?;
    Ok(join(&satisfaction, &gdp))
}

/// The files, for programs that read them with a table of their own.
///
/// # Errors
/// Says how to get the data if it is missing.
pub fn lifesat_files() -> Result<LifesatFiles> {
    lifesat_files_in(&Cache::from_env()?)
}

/// As [`lifesat_files`], from this cache.
///
/// # Errors
/// As [`lifesat_files`].
pub fn lifesat_files_in(cache: &Cache) -> Result<LifesatFiles> {
    Ok(LifesatFiles {
        better_life_index: cache.path("lifesat", "oecd_bli_2015.csv")?,
        gdp_per_capita: cache.path("lifesat", "gdp_per_capita.csv")?,
    })
}

/// Number by country.
type ByCountry = BTreeMap<String, f64>;

/// The indicator "Life satisfaction" of all people (not of one sex or class) by country.
fn satisfaction(path: &Path, text: &str) -> Result<ByCountry> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = positions(path, &mut reader, ["Country", "Indicator", "INEQUALITY", "Value"])?;
    let mut found = ByCountry::new();
    for record in reader.records() {
        let record = record.map_err(|e| damaged(path, e.to_string()))?;
        let [country, indicator, inequality, value] = columns.map(|i| record.get(i).unwrap_or_default());
        if inequality == "TOT" && indicator == "Life satisfaction" {
            found.insert(country.to_owned(), number(path, country, value)?);
        }
    }
    Ok(found)
}

/// The column "2015" by country, without those that have none.
fn gdp(path: &Path, file: &[u8]) -> Result<ByCountry> {
    // Latin-1 is the first 256 characters of Unicode, a byte each.
    let text: String = file.iter().map(|&byte| char::from(byte)).collect();
    // The last line is a remark on the source, shorter than the others; quotes have no meaning.
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder
        .delimiter(b'\t')
        .flexible(true)
        .quoting(false)
        .from_reader(text.as_bytes());
    let columns = positions(path, &mut reader, ["Country", "2015"])?;
    let mut found = ByCountry::new();
    for record in reader.records() {
        let record = record.map_err(|e| damaged(path, e.to_string()))?;
        let [country, value] = columns.map(|i| record.get(i).unwrap_or_default());
        if !value.is_empty() && value != "n/a" {
            found.insert(country.to_owned(), number(path, country, value)?);
        }
    }
    Ok(found)
}

fn join(satisfaction: &ByCountry, gdp: &ByCountry) -> CountryStats {
    let both = satisfaction
        .iter()
        .filter_map(|(country, &s)| gdp.get(country).map(|&g| (g, s, country)));
    let mut rows: Vec<(f64, f64, &String)> = both.collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    CountryStats {
        countries: rows.iter().map(|row| row.2.clone()).collect(),
        gdp_per_capita: rows.iter().map(|row| row.0).collect(),
        life_satisfaction: rows.iter().map(|row| row.1).collect(),
        in_sample: (0..rows.len()).map(|i| !LEFT_OUT.contains(&i)).collect(),
    }
}

/// `12,240.5` is 12240.5.
fn number(path: &Path, country: &str, cell: &str) -> Result<f64> {
    let plain = cell.replace(',', "");
    plain
        .trim()
        .parse()
        .map_err(|_| damaged(path, format!("{country}: {cell:?} is not a number")))
}

fn positions<const N: usize>(
    path: &Path,
    reader: &mut csv::Reader<&[u8]>,
    names: [&str; N],
) -> Result<[usize; N]> {
    let header = reader.headers().map_err(|e| damaged(path, e.to_string()))?;
    let mut positions = [0; N];
    for (position, name) in positions.iter_mut().zip(names) {
        let found = header.iter().position(|h| h.trim() == name);
        *position = found.ok_or_else(|| damaged(path, format!("has no column {name:?}")))?;
    }
    Ok(positions)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "LOCATION,Country,Indicator,INEQUALITY,Value\n\
        A,Atlantis,Life satisfaction,TOT,7.0\n\
        A,Atlantis,Life satisfaction,MN,9.9\n\
        A,Atlantis,Air pollution,TOT,12\n\
        B,Brobdingnag,Life satisfaction,TOT,5.0\n\
        C,Cockaigne,Life satisfaction,TOT,6.0\n";

    #[test]
    fn countries_are_joined_and_sorted_by_wealth() {
        let file = b"Country\tNote\t2015\nAtlantis\t\"odd \xe9\t12,240.5\nBrobdingnag\t\t1,000\nCockaigne\t\tn/a\n\nIMF, 2016";
        let (index, money) = (Path::new("index"), Path::new("money"));
        let stats = join(&satisfaction(index, INDEX).unwrap(), &gdp(money, file).unwrap());
        assert_eq!(stats.countries, ["Brobdingnag", "Atlantis"]);
        assert_eq!(stats.gdp_per_capita.to_vec(), [1_000.0, 12_240.5]);
        assert_eq!(stats.life_satisfaction.to_vec(), [5.0, 7.0]);
        assert_eq!(
            (stats.sample().countries.len(), stats.missing().countries.len()),
            (0, 2)
        );
        let error = gdp(money, b"Country\t2015\nX\tmuch\n").unwrap_err().to_string();
        assert!(error.starts_with("money: X: \"much\" is not a number"), "{error}");
        let error = gdp(money, b"Country\t2014\n").unwrap_err().to_string();
        assert!(error.contains("has no column \"2015\""), "{error}");
    }
}
