//! What has rows that can be taken by number.

use ml_core::{
    Error, Features, Result, Table, Target, check,
    ndarray::{Array, ArrayBase, Axis, Data, RemoveAxis},
};

/// Arrays, vectors, targets and tables, alone or several of equal length as a tuple.
///
/// # Examples
/// ```
/// use ml_data::split::Rows;
///
/// let names = vec!["a", "b", "c"];
/// let numbers = vec![1.0, 2.0, 3.0];
/// let (names, numbers) = (&names, &numbers).take_rows(&[2, 0])?;
/// assert_eq!((names, numbers), (vec!["c", "a"], vec![3.0, 1.0]));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub trait Rows {
    /// The same kind of thing with other rows, owned.
    type Taken;

    /// Number of rows.
    ///
    /// # Errors
    /// [`Error::Length`] for a tuple whose members differ.
    fn n_rows(&self) -> Result<usize>;

    /// These rows, in this order.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a row number that is too large, and as [`n_rows`](Self::n_rows).
    fn take_rows(&self, rows: &[usize]) -> Result<Self::Taken>;
}

fn in_range(rows: &[usize], n_rows: usize) -> Result<()> {
    match rows.iter().find(|&&row| row >= n_rows) {
        None => Ok(()),
        Some(row) => check::parameter("row", row, false, &format!("below the {n_rows} rows there are")),
    }
}

impl<R: Rows + ?Sized> Rows for &R {
    type Taken = R::Taken;

    fn n_rows(&self) -> Result<usize> {
        R::n_rows(self)
    }

    fn take_rows(&self, rows: &[usize]) -> Result<R::Taken> {
        R::take_rows(self, rows)
    }
}

impl<A: Clone, S: Data<Elem = A>, D: RemoveAxis> Rows for ArrayBase<S, D> {
    type Taken = Array<A, D>;

    fn n_rows(&self) -> Result<usize> {
        Ok(self.len_of(Axis(0)))
    }

    fn take_rows(&self, rows: &[usize]) -> Result<Array<A, D>> {
        in_range(rows, self.len_of(Axis(0)))?;
        Ok(self.select(Axis(0), rows))
    }
}

impl<T: Clone> Rows for [T] {
    type Taken = Vec<T>;

    fn n_rows(&self) -> Result<usize> {
        Ok(self.len())
    }

    fn take_rows(&self, rows: &[usize]) -> Result<Vec<T>> {
        in_range(rows, self.len())?;
        Ok(rows.iter().map(|&row| self[row].clone()).collect())
    }
}

impl<T: Clone> Rows for Vec<T> {
    type Taken = Self;

    fn n_rows(&self) -> Result<usize> {
        self.as_slice().n_rows()
    }

    fn take_rows(&self, rows: &[usize]) -> Result<Self> {
        self.as_slice().take_rows(rows)
    }
}

macro_rules! rows_of {
    ($($t:ty, $n_rows:ident);*) => { $(
        impl Rows for $t {
            type Taken = Self;

            fn n_rows(&self) -> Result<usize> {
                Ok(<$t>::$n_rows(self))
            }

            fn take_rows(&self, rows: &[usize]) -> Result<Self> {
                in_range(rows, <$t>::$n_rows(self))?;
                Ok(self.select_rows(rows))
            }
        }
    )* };
}
rows_of!(Features, n_rows; Table, n_rows; Target, len);

macro_rules! rows_of_tuple {
    ($first:ident $(, $member:ident . $i:tt)*) => {
        impl<$first: Rows, $($member: Rows),*> Rows for ($first, $($member,)*) {
            type Taken = ($first::Taken, $($member::Taken,)*);

            fn n_rows(&self) -> Result<usize> {
                let n_rows = self.0.n_rows()?;
                $(same_length($i, n_rows, self.$i.n_rows()?)?;)*
                Ok(n_rows)
            }

            fn take_rows(&self, rows: &[usize]) -> Result<Self::Taken> {
                in_range(rows, self.n_rows()?)?;
                Ok((self.0.take_rows(rows)?, $(self.$i.take_rows(rows)?,)*))
            }
        }
    };
}
rows_of_tuple!(A, B.1);
rows_of_tuple!(A, B.1, C.2);
rows_of_tuple!(A, B.1, C.2, D.3);
rows_of_tuple!(A, B.1, C.2, D.3, E.4);

fn same_length(position: usize, first: usize, other: usize) -> Result<()> {
    const NAMES: [&str; 5] = [
        "the first part",
        "the second part",
        "the third part",
        "the fourth part",
        "the fifth part",
    ];
    if first == other {
        return Ok(());
    }
    Err(Error::Length {
        op: "split",
        left_name: NAMES[0],
        left: first,
        right_name: NAMES[position],
        right: other,
    })
}

#[cfg(feature = "tables")]
mod tables {
    use polars::prelude::{Column, DataFrame, IdxCa, IdxSize, NewChunkedArray, PlSmallStr, Series};

    use super::{Error, Result, Rows, in_range};

    /// Row numbers as polars wants them.
    fn index(rows: &[usize], n_rows: usize) -> Result<IdxCa> {
        in_range(rows, n_rows)?;
        // In range, and a table has no more rows than its index type can count.
        let rows = rows.iter().map(|&row| row as IdxSize);
        Ok(IdxCa::from_iter_values(PlSmallStr::EMPTY, rows))
    }

    macro_rules! rows_of_polars {
        ($($t:ty, $n_rows:ident);*) => { $(
            impl Rows for $t {
                type Taken = Self;

                fn n_rows(&self) -> Result<usize> {
                    Ok(self.$n_rows())
                }

                fn take_rows(&self, rows: &[usize]) -> Result<Self> {
                    let index = index(rows, self.$n_rows())?;
                    self.take(&index).map_err(|e| Error::Data {
                        op: "take_rows",
                        problem: e.to_string(),
                        remedy: "convert the column to numbers or text first",
                    })
                }
            }
        )* };
    }
    rows_of_polars!(DataFrame, height; Column, len; Series, len);
}
