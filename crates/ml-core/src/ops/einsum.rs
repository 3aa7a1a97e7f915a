//! Einstein's summation convention: any product of tensors and sums over it, by the names of axes.

use smallvec::SmallVec;

use crate::{Error, Result, Shape, Tensor};

/// Names of axes, one a letter. Those that an ellipsis stands for come as capitals beyond the alphabet.
type Labels = Vec<char>;

/// Names for the axes of an ellipsis, which nobody can write.
const UNNAMED: [char; 8] = [
    '\u{1}', '\u{2}', '\u{3}', '\u{4}', '\u{5}', '\u{6}', '\u{7}', '\u{8}',
];

/// What an equation asks for.
#[derive(Debug, PartialEq)]
struct Equation {
    operands: Vec<Labels>,
    output: Labels,
}

fn wrong(equation: &str, domain: impl Into<String>) -> Error {
    Error::Parameter {
        name: "einsum: equation".to_owned(),
        value: format!("{equation:?}"),
        domain: domain.into(),
    }
}

impl Equation {
    fn parse(equation: &str, ranks: &[usize]) -> Result<Self> {
        let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != ranks.len() {
            let needed = format!(
                "a term an operand: {} terms for {} operands",
                terms.len(),
                ranks.len()
            );
            return Err(wrong(equation, needed));
        }
        let mut unnamed = 0;
        let mut operands = Vec::with_capacity(terms.len());
        for (number, (term, &rank)) in terms.iter().zip(ranks).enumerate() {
            let (labels, hidden) = Self::term(equation, term, rank, number)?;
            unnamed = unnamed.max(hidden);
            operands.push(labels);
        }
        let output = match right {
            Some(right) => Self::output(equation, right, unnamed)?,
            None => Self::implied(&operands),
        };
        if let Some(label) = output
            .iter()
            .find(|label| !operands.iter().flatten().any(|known| known == *label))
        {
            let problem = format!("an output of axes that an operand has; none has {label:?}");
            return Err(wrong(equation, problem));
        }
        if let Some(label) = output
            .iter()
            .find(|l| output.iter().filter(|other| other == l).count() > 1)
        {
            return Err(wrong(
                equation,
                format!("an output that names each axis once; {label:?} is there twice"),
            ));
        }
        Ok(Self { operands, output })
    }

    /// The labels of an operand, and how many axes its ellipsis stands for.
    fn term(equation: &str, term: &str, rank: usize, number: usize) -> Result<(Labels, usize)> {
        let named = term.replacen("...", "", 1);
        if let Some(other) = named.chars().find(|c| !c.is_ascii_alphabetic()) {
            return Err(wrong(
                equation,
                format!("letters, commas, one -> and one ... a term; it has {other:?}"),
            ));
        }
        let letters = named.chars().count();
        let dotted = named.len() < term.len();
        let hidden = match rank.checked_sub(letters) {
            Some(0) => 0,
            Some(more) if dotted && more <= UNNAMED.len() => more,
            _ => {
                let needed = format!("as many letters as operand {number} has axes: {letters} for {rank}");
                return Err(wrong(equation, needed));
            }
        };
        let mut labels = Labels::new();
        let before = term.find("...").unwrap_or(0);
        labels.extend(term[..before].chars());
        labels.extend(&UNNAMED[UNNAMED.len() - hidden..]);
        labels.extend(named[before..].chars());
        Ok((labels, hidden))
    }

    fn output(equation: &str, term: &str, unnamed: usize) -> Result<Labels> {
        let letters = term.replacen("...", "", 1).chars().count();
        let hidden = if term.contains("...") { unnamed } else { 0 };
        Ok(Self::term(equation, term, letters + hidden, usize::MAX)?.0)
    }

    /// Without an arrow: the labels that occur once, in alphabetical order, after those of the ellipsis.
    fn implied(operands: &[Labels]) -> Labels {
        let all: Vec<char> = operands.iter().flatten().copied().collect();
        let once = |&label: &char| {
            UNNAMED.contains(&label) || all.iter().filter(|&&other| other == label).count() == 1
        };
        let mut output: Labels = all.iter().copied().filter(once).collect();
        output.sort_unstable();
        output.dedup();
        output
    }
}

/// A tensor whose axes have names.
#[derive(Clone)]
struct Named {
    tensor: Tensor,
    labels: Labels,
}

impl Named {
    fn axis(&self, label: char) -> Option<usize> {
        self.labels.iter().position(|&own| own == label)
    }

    /// A name that occurs twice means the diagonal.
    fn without_repeats(mut self) -> Result<Self> {
        loop {
            let repeat = |(i, label): (usize, &char)| {
                self.labels[i + 1..]
                    .iter()
                    .position(|l| l == label)
                    .map(|j| (i, i + 1 + j))
            };
            let Some((i, j)) = self.labels.iter().enumerate().find_map(repeat) else {
                return Ok(self);
            };
            let lengths = (self.tensor.shape()[i], self.tensor.shape()[j]);
            if !Shape::from([lengths.0]).matches(&Shape::from([lengths.1])) {
                return Err(Error::BadShape {
                    op: "einsum",
                    shape: self.tensor.shape().to_vec(),
                    rule: format!("axes {i} and {j} have one name, so they must have one length"),
                });
            }
            let label = self.labels.remove(j);
            self.labels.remove(i);
            let rank = self.tensor.rank();
            let mut order: Vec<isize> = (0..rank)
                .filter(|&axis| axis != i && axis != j)
                .map(|axis| axis as isize)
                .collect();
            order.extend([i as isize, j as isize]);
            self.tensor = self.tensor.permute(&order)?.diag_part(0)?;
            self.labels.push(label);
        }
    }

    /// Sums over the axes that are in nobody else's interest.
    fn keep_only(mut self, wanted: impl Fn(char) -> bool) -> Result<Self> {
        let gone: Vec<isize> = (0..self.labels.len())
            .filter(|&i| !wanted(self.labels[i]))
            .map(|i| i as isize)
            .collect();
        if !gone.is_empty() {
            self.tensor = self.tensor.sum(&gone)?;
            self.labels.retain(|&label| wanted(label));
        }
        Ok(self)
    }

    /// The axes in this order; a name that it does not have becomes an axis of length 1.
    fn arranged(&self, labels: &[char]) -> Result<Tensor> {
        let order: Vec<isize> = labels
            .iter()
            .filter_map(|&label| self.axis(label))
            .map(|axis| axis as isize)
            .collect();
        let mut tensor = match order.iter().enumerate().all(|(i, &axis)| i as isize == axis) {
            true => self.tensor.clone(),
            false => self.tensor.permute(&order)?,
        };
        for (position, &label) in labels.iter().enumerate() {
            if self.axis(label).is_none() {
                tensor = tensor.expand_dims(position as isize)?;
            }
        }
        Ok(tensor)
    }

    /// Lengths of the axes with these names.
    fn lengths(&self, labels: &[char]) -> Vec<usize> {
        labels
            .iter()
            .filter_map(|&label| self.axis(label))
            .map(|axis| self.tensor.shape()[axis])
            .collect()
    }
}

/// The axes of `lengths` as one of the target of a reshape; -1 where it is not known yet.
fn joined(lengths: &[usize]) -> i64 {
    match lengths.contains(&Shape::UNKNOWN) {
        true => -1,
        false => lengths.iter().product::<usize>() as i64,
    }
}

fn each(lengths: &[usize]) -> impl Iterator<Item = i64> + '_ {
    lengths.iter().map(|&length| {
        if length == Shape::UNKNOWN {
            -1
        } else {
            length as i64
        }
    })
}

/// `a` and `b` with the axes of `wanted` left: a matrix product, batched over what all three share.
fn contract(a: Named, b: Named, wanted: impl Fn(char) -> bool) -> Result<Named> {
    let a = a.keep_only(|label| wanted(label) || b.axis(label).is_some())?;
    let b = b.keep_only(|label| wanted(label) || a.axis(label).is_some())?;
    let pick = |from: &Named, with: &Named, shared: bool, kept: bool| -> Labels {
        let fits = |&label: &char| with.axis(label).is_some() == shared && wanted(label) == kept;
        from.labels.iter().copied().filter(fits).collect()
    };
    let batch = pick(&a, &b, true, true);
    let inner = pick(&a, &b, true, false);
    let (rows, columns) = (pick(&a, &b, false, true), pick(&b, &a, false, true));
    let labels: Labels = batch.iter().chain(&rows).chain(&columns).copied().collect();
    if inner.is_empty() {
        let tensor = a.arranged(&labels)?.mul(&b.arranged(&labels)?)?;
        return Ok(Named { tensor, labels });
    }
    let order = |groups: [&Labels; 3]| -> Labels { groups.into_iter().flatten().copied().collect() };
    let flat = |of: &Named, groups: [&Labels; 3]| -> Result<Tensor> {
        let tensor = of.arranged(&order(groups))?;
        if groups[1].len() == 1 && groups[2].len() == 1 {
            return Ok(tensor);
        }
        let mut target: Vec<i64> = each(&of.lengths(groups[0])).collect();
        target.extend([joined(&of.lengths(groups[1])), joined(&of.lengths(groups[2]))]);
        tensor.reshape(&target)
    };
    let product = flat(&a, [&batch, &rows, &inner])?.matmul(&flat(&b, [&batch, &inner, &columns])?)?;
    let tensor = if rows.len() == 1 && columns.len() == 1 {
        product
    } else {
        let lead = product.rank() - 2;
        let mut target: Vec<i64> = each(&product.shape()[..lead]).collect();
        target.extend(each(&a.lengths(&rows)));
        target.extend(each(&b.lengths(&columns)));
        product.reshape(&target)?
    };
    Ok(Named { tensor, labels })
}

/// Refuses one name for axes of different lengths, of which a broadcast 1 is not one.
fn check_lengths(equation: &str, operands: &[Named]) -> Result<()> {
    let mut known: SmallVec<[(char, usize); 8]> = SmallVec::new();
    for operand in operands {
        for (&label, &length) in operand.labels.iter().zip(operand.tensor.shape().iter()) {
            match known.iter_mut().find(|(other, _)| *other == label) {
                None => known.push((label, length)),
                Some((_, other)) if *other == Shape::UNKNOWN => *other = length,
                Some((_, other)) if *other == length || length == Shape::UNKNOWN => {}
                Some((_, other)) => {
                    let needed = format!("one length a name; {label:?} is both {other} and {length}");
                    return Err(wrong(equation, needed));
                }
            }
        }
    }
    Ok(())
}

impl Tensor {
    /// Products and sums by the names of axes, one letter each (book chapter 16 writes attention so).
    ///
    /// `"ij,jk->ik"` is a matrix product, `"ii->"` a trace, `"ij->ji"` a transpose, `"bij,bjk->bik"` a batched
    /// product, `"i,j->ij"` an outer one. Names that the output lacks are summed over; without `->` the output
    /// has the names that occur once, in alphabetical order. `...` stands for axes without a name. Operands are
    /// multiplied from left to right, each pair by one matrix product; order them so that what is in between
    /// stays small.
    ///
    /// # Errors
    /// [`Error::Parameter`] for an equation that cannot be read or does not fit the operands, [`Error::Empty`]
    /// without operands; those of [`matmul`](Self::matmul) and [`mul`](Self::mul).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1, 2], [3, 4]]), Tensor::from([[5, 6], [7, 8]]));
    /// assert_eq!(Tensor::einsum("ij,jk->ik", &[&a, &b])?.to_vec::<i32>()?, [19, 22, 43, 50]);
    /// assert_eq!(Tensor::einsum("ij,ij->", &[&a, &b])?.item::<i32>()?, 5 + 12 + 21 + 32);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn einsum(equation: &str, operands: &[&Tensor]) -> Result<Tensor> {
        if operands.is_empty() {
            return Err(Error::Empty {
                op: "einsum",
                what: "operands".to_owned(),
                least: "1 tensor",
            });
        }
        let ranks: Vec<usize> = operands.iter().map(|operand| operand.rank()).collect();
        let parsed = Equation::parse(equation, &ranks)?;
        let mut named = Vec::with_capacity(operands.len());
        for (&tensor, labels) in operands.iter().zip(&parsed.operands) {
            named.push(
                Named {
                    tensor: tensor.clone(),
                    labels: labels.clone(),
                }
                .without_repeats()?,
            );
        }
        check_lengths(equation, &named)?;
        let output = &parsed.output;
        let mut rest = named.into_iter();
        let mut result = rest.next().expect("there is an operand, see above");
        while let Some(next) = rest.next() {
            let later = rest.as_slice();
            let wanted =
                |label| output.contains(&label) || later.iter().any(|other| other.axis(label).is_some());
            result = contract(result, next, wanted)?;
        }
        result
            .keep_only(|label| output.contains(&label))?
            .arranged(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equation_is_read_with_and_without_arrow_and_ellipsis() {
        let parsed = Equation::parse("ij, jk -> ik", &[2, 2]).unwrap();
        assert_eq!(parsed.output, ['i', 'k']);
        assert_eq!(Equation::parse("kj,ji", &[2, 2]).unwrap().output, ['i', 'k']);
        let dotted = Equation::parse("...ij,jk->...ik", &[4, 2]).unwrap();
        assert_eq!(dotted.operands[0].len(), 4);
        assert_eq!(dotted.output, ['\u{7}', '\u{8}', 'i', 'k']);
    }
}
