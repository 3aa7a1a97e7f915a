//! Operations on string tensors: the book's numbers, edges, mistakes.

use ml_core::{
    DType, Result, Tensor,
    graph::Function,
    strings::{self, Encoding, OnInvalid, Unit},
    structures::RaggedTensor,
    tensor::Text,
};
use proptest::prelude::*;

const UTF8: Encoding = Encoding::Utf8;
const STRICT: OnInvalid = OnInvalid::Strict;

fn batch() -> Tensor {
    Tensor::from(["Café", "Coffee", "caffè", "咖啡"])
}

fn texts(tensor: &Tensor) -> Vec<String> {
    tensor
        .to_vec::<Text>()
        .unwrap()
        .iter()
        .map(Text::to_string)
        .collect()
}

fn says<T: std::fmt::Debug>(result: Result<T>, text: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(text), "{error:?} does not say {text:?}");
}

/// Reproduces XF-001, XF-002.
#[test]
fn text_is_its_utf8_bytes_and_a_scalar() {
    let bytes = Tensor::from(Text::from(b"hello world"));
    assert_eq!((bytes.dtype(), bytes.rank()), (DType::Str, 0));
    let cafe = Tensor::from("café").item::<Text>().unwrap();
    assert_eq!(format!("{cafe:?}"), r#"b"caf\xc3\xa9""#);
}

/// Reproduces NF-01, the single string: XF-003, XF-005 to XF-007.
#[test]
fn code_points_make_a_string_and_come_back() -> Result<()> {
    let u = Tensor::from([99, 97, 102, 233]);
    let b = strings::unicode_encode(&u, "UTF-8".parse()?, STRICT)?;
    assert_eq!((b.rank(), b.item::<Text>()?.len()), (0, 5));
    assert_eq!(strings::length(&b, Unit::Utf8Char)?.item::<i32>()?, 4);
    assert_eq!(strings::length(&b, Unit::Byte)?.item::<i32>()?, 5);
    let back = strings::code_points(&b, "UTF8".parse()?, STRICT)?;
    assert_eq!(
        (back.to_vec::<i32>()?, back.dtype()),
        (vec![99, 97, 102, 233], DType::I32)
    );
    Ok(())
}

/// Reproduces NF-01 and NF-02, the batch: XF-008.
#[test]
fn a_batch_decodes_to_ragged_rows() -> Result<()> {
    let lengths = strings::length(&batch(), Unit::Utf8Char)?;
    assert_eq!(lengths.to_vec::<i32>()?, [4, 6, 5, 2]);
    let r = strings::unicode_decode(&batch(), UTF8, STRICT)?;
    let values = [
        67, 97, 102, 233, 67, 111, 102, 102, 101, 101, 99, 97, 102, 102, 232, 21654, 21857,
    ];
    assert_eq!(r.values().to_vec::<i32>()?, values);
    assert_eq!(r.row_splits().to_vec::<i64>()?, [0, 4, 10, 15, 17]);
    assert_eq!(
        texts(&strings::unicode_encode_rows(&r, UTF8, STRICT)?),
        texts(&batch())
    );
    Ok(())
}

#[test]
fn a_string_is_atomic_its_length_is_no_part_of_the_shape() {
    assert_eq!(batch().shape().to_vec(), [4]);
    let square = batch().reshape(&[2, 2]).unwrap();
    let r = strings::unicode_decode(&square, UTF8, STRICT).unwrap();
    assert_eq!((r.ragged_rank(), r.bounding_shape().to_vec()), (2, vec![2, 2, 6]));
    assert_eq!(
        r.ragged_row(1).unwrap().row(1).unwrap().to_vec::<i32>().unwrap(),
        [21654, 21857]
    );
}

#[test]
fn invalid_bytes_are_refused_replaced_or_left_out() -> Result<()> {
    let bad = Tensor::from(vec![Text::from("ok"), Text::from(b"a\xff\xe9b")]);
    let error = "unicode_decode: element 1 is not valid UTF-8 at byte 1; mend the data, or ask for \
                 OnInvalid::Replace or OnInvalid::Ignore";
    says(strings::unicode_decode(&bad, UTF8, STRICT), error);
    let rows =
        |on_invalid| Ok::<_, ml_core::Error>(strings::unicode_decode(&bad, UTF8, on_invalid)?.to_string());
    assert_eq!(rows(OnInvalid::Replace)?, "[[111, 107], [97, 65533, 65533, 98]]");
    assert_eq!(rows(OnInvalid::Ignore)?, "[[111, 107], [97, 98]]");
    // A surrogate, a number beyond Unicode and a negative one are no code points.
    let points = Tensor::from([[0x41, 0xd800], [0x11_0000, -1]]);
    says(
        strings::unicode_encode(&points, UTF8, STRICT),
        "element 0 has 55296 at position 1, which is no code point",
    );
    assert_eq!(
        texts(&strings::unicode_encode(&points, UTF8, OnInvalid::Replace)?),
        ["A\u{fffd}", "\u{fffd}\u{fffd}"]
    );
    assert_eq!(
        texts(&strings::unicode_encode(&points, UTF8, OnInvalid::Ignore)?),
        ["A", ""]
    );
    Ok(())
}

#[test]
fn the_wide_encodings_put_the_high_byte_first() -> Result<()> {
    let t = Tensor::from("é😀");
    let bytes = |encoding| -> Result<Text> { strings::unicode_transcode(&t, UTF8, encoding, STRICT)?.item() };
    assert_eq!(
        bytes(Encoding::Utf16Be)?,
        Text::from(&[0x00, 0xe9, 0xd8, 0x3d, 0xde, 0x00])
    );
    assert_eq!(
        bytes(Encoding::Utf32Be)?,
        Text::from(&[0, 0, 0, 0xe9, 0, 1, 0xf6, 0])
    );
    let half = Tensor::from(Text::from(&[0x00, 0x41, 0xd8, 0x3d, 0x00]));
    says(
        strings::code_points(&half, Encoding::Utf16Be, STRICT),
        "is not valid UTF-16-BE at byte 2",
    );
    let replaced = strings::code_points(&half, Encoding::Utf16Be, OnInvalid::Replace)?;
    assert_eq!(replaced.to_vec::<i32>()?, [0x41, 0xfffd, 0xfffd]);
    let beyond = Tensor::from(Text::from(&[0, 0x11, 0, 0, 0]));
    says(
        strings::code_points(&beyond, Encoding::Utf32Be, STRICT),
        "is not valid UTF-32-BE at byte 0",
    );
    says(
        "latin1".parse::<Encoding>(),
        "encoding = \"latin1\": must be UTF-8, UTF-16-BE or UTF-32-BE",
    );
    Ok(())
}

#[test]
fn letters_pieces_and_parts() -> Result<()> {
    assert_eq!(
        texts(&strings::upper(&batch())?),
        ["CAFÉ", "COFFEE", "CAFFÈ", "咖啡"]
    );
    assert_eq!(
        texts(&strings::lower(&strings::upper(&batch())?)?),
        ["café", "coffee", "caffè", "咖啡"]
    );
    // Bytes that are not UTF-8 stay.
    let odd = Tensor::from(Text::from(b"A\xffB"));
    assert_eq!(strings::lower(&odd)?.item::<Text>()?, Text::from(b"a\xffb"));
    let part = |start, length, unit| strings::substr(&batch(), start, length, unit);
    assert_eq!(texts(&part(1, 2, Unit::Utf8Char)?), ["af", "of", "af", "啡"]);
    assert_eq!(texts(&part(-2, 1, Unit::Utf8Char)?), ["f", "e", "f", "咖"]);
    assert_eq!(texts(&part(0, 0, Unit::Utf8Char)?), ["", "", "", ""]);
    assert_eq!(
        part(3, 2, Unit::Byte)?.to_vec::<Text>()?[3],
        Text::from(&"啡".as_bytes()[..2])
    );
    says(
        part(3, 1, Unit::Utf8Char),
        "has no position 3; positions go from 0 to the length",
    );
    says(part(-3, 1, Unit::Utf8Char), "has no position -3");
    assert_eq!(
        strings::split(&Tensor::from(["ab--cd--", "", "--"]), "--")?.to_string(),
        r#"[[b"ab", b"cd", b""], [b""], [b"", b""]]"#
    );
    assert_eq!(
        strings::split(&Tensor::from([" a\tb ", ""]), "")?.to_string(),
        r#"[[b"a", b"b"], []]"#
    );
    let table = Tensor::from(["a", "b", "c", "d"]).reshape(&[2, 2])?;
    assert_eq!(texts(&strings::reduce_join(&table, 0, "+")?), ["a+c", "b+d"]);
    assert_eq!(texts(&strings::reduce_join(&table, -1, "")?), ["ab", "cd"]);
    Ok(())
}

#[test]
fn numbers_read_back_what_was_written() -> Result<()> {
    let x = Tensor::from([0.1f32, -2.5e-30, f32::MAX, f32::INFINITY]);
    assert_eq!(
        strings::to_number(&strings::as_string(&x)?, DType::F32)?.to_vec::<f32>()?,
        x.to_vec::<f32>()?
    );
    assert_eq!(
        texts(&strings::as_string(&Tensor::from([true, false]))?),
        ["true", "false"]
    );
    assert_eq!(
        strings::to_number(&Tensor::from(" 255 "), DType::U8)?.item::<u8>()?,
        255
    );
    says(
        strings::to_number(&Tensor::from(["1", "x2"]), DType::I32),
        "to_number: element 1, b\"x2\", is not a number of type i32; clean the strings first, or choose a wider type",
    );
    says(
        strings::to_number(&Tensor::from("1"), DType::Bool),
        "a target of f32, f64, i32, i64 or u8",
    );
    says(
        strings::as_string(&batch()),
        "got elements of type string, but needs numbers or bool",
    );
    Ok(())
}

#[test]
fn buckets_follow_the_published_hash() -> Result<()> {
    // FNV-1a of "", "a", "foobar": test vectors of its authors.
    let hashes = [
        0xcbf2_9ce4_8422_2325_u64,
        0xaf63_dc4c_8601_ec8c,
        0x8594_4171_f739_67e8,
    ];
    let buckets = strings::to_hash_bucket(&Tensor::from(["", "a", "foobar"]), 1 << 20)?;
    assert_eq!(
        buckets.to_vec::<i64>()?,
        hashes.map(|hash| (hash % (1 << 20)) as i64)
    );
    says(
        strings::to_hash_bucket(&batch(), 0),
        "number of buckets = 0: must be from 1 to the largest i64",
    );
    Ok(())
}

#[test]
fn mistakes_are_named() {
    says(
        strings::length(&Tensor::from(1), Unit::Byte),
        "string_length: got elements of type i32, but needs strings",
    );
    says(
        strings::unicode_encode(&batch(), UTF8, STRICT),
        "but needs i32 code points",
    );
    says(
        strings::unicode_encode(&Tensor::from(99), UTF8, STRICT),
        "the code points of a string are an axis",
    );
    says(
        strings::unicode_decode(&Tensor::from("x"), UTF8, STRICT),
        "use code_points",
    );
    says(
        strings::code_points(&batch(), UTF8, STRICT),
        "exactly one element is needed",
    );
    says(
        strings::join(&[], ","),
        "string_join: the list of tensors is empty; at least 1 string tensor needed",
    );
    says(
        strings::join(&[&batch(), &Tensor::from(["a", "b"])], ","),
        "cannot combine shape [4] with [2]; all must have the same shape, or be scalars",
    );
    says(
        strings::split(&Tensor::from("a b"), ""),
        "a vector of strings is needed",
    );
    says(strings::reduce_join(&batch(), 1, ""), "axis 1 is out of range");
    let nested = RaggedTensor::nest(&[&RaggedTensor::from_rows(&[vec![1]])]).unwrap();
    says(
        strings::unicode_encode_rows(&nested, UTF8, STRICT),
        "one ragged axis and no other",
    );
}

#[test]
fn graphs_hold_operations_on_strings() -> Result<()> {
    let f = Function::new("greet", |x| {
        let greeting = strings::join(&[&Tensor::from("hello"), &strings::upper(&x[0])?], " ")?;
        Ok(vec![strings::length(&greeting, Unit::Utf8Char)?, greeting])
    });
    let results = f.call(&[&batch()])?;
    assert_eq!(results[0].to_vec::<i32>()?, [10, 12, 11, 8]);
    assert_eq!(texts(&results[1])[0], "hello CAFÉ");
    let g = Function::new("decode", |x| {
        Ok(vec![strings::unicode_decode(&x[0], UTF8, STRICT)?.to_tensor()?])
    });
    says(g.call(&[&batch()]), "values exist only when the graph runs");
    Ok(())
}

proptest! {
    #[test]
    fn any_text_survives_every_encoding(rows in prop::collection::vec(any::<String>(), 1..5)) {
        let t = Tensor::from(rows.iter().map(|row| Text::from(row.as_str())).collect::<Vec<_>>());
        let lengths = strings::length(&t, Unit::Utf8Char).unwrap().to_vec::<i32>().unwrap();
        let counted: Vec<i32> = rows.iter().map(|row| row.chars().count() as i32).collect();
        prop_assert_eq!(lengths, counted);
        for encoding in [UTF8, Encoding::Utf16Be, Encoding::Utf32Be] {
            let coded = strings::unicode_transcode(&t, UTF8, encoding, STRICT).unwrap();
            let r = strings::unicode_decode(&coded, encoding, STRICT).unwrap();
            let again = strings::unicode_encode_rows(&r, UTF8, STRICT).unwrap();
            prop_assert_eq!(texts(&again), rows.clone());
        }
    }

    #[test]
    fn any_bytes_decode_with_replacement(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let t = Tensor::from(Text::from(bytes.clone()));
        let points = strings::code_points(&t, UTF8, OnInvalid::Replace).unwrap().to_vec::<i32>().unwrap();
        let lossy: Vec<i32> = String::from_utf8_lossy(&bytes).chars().map(|c| c as i32).collect();
        prop_assert_eq!(points, lossy);
        for encoding in [Encoding::Utf16Be, Encoding::Utf32Be] {
            strings::code_points(&t, encoding, OnInvalid::Ignore).unwrap();
        }
    }

    #[test]
    fn what_is_split_joins_again(words in prop::collection::vec("[a-z]{0,4}", 1..6)) {
        let line = words.join("::");
        let r = strings::split(&Tensor::from([line.as_str()]), "::").unwrap();
        let again = strings::reduce_join(&r.row(0).unwrap(), 0, "::").unwrap();
        prop_assert_eq!(again.item::<Text>().unwrap().to_string(), line);
    }
}

/// Reproduces C16-060.
#[test]
fn regular_expressions_replace_what_they_match() -> Result<()> {
    let reviews = Tensor::from(["Well, I can't<br />", "caf\u{e9}<br>\u{5496}", ""]);
    let plain = strings::regex_replace(&reviews, r"<br\s*/?>", " ")?;
    assert_eq!(texts(&plain), ["Well, I can't ", "caf\u{e9} \u{5496}", ""]);
    // A character of several bytes is one match.
    let letters = strings::regex_replace(&plain, "[^a-zA-Z']", "_")?;
    assert_eq!(texts(&letters), ["Well__I_can't_", "caf___", ""]);
    // An empty match lies before, between and after letters.
    let gaps = strings::regex_replace(&Tensor::from("abc"), "x*", "-")?;
    assert_eq!(texts(&gaps), ["-a-b-c-"]);
    let first = strings::regex_replace_first(&Tensor::from("a.b.c"), r"\.", r"\\\0")?;
    assert_eq!(texts(&first), [r"a\.b.c"]);
    // A group that took no part is empty.
    let groups = strings::regex_replace(&Tensor::from("ab b"), "(a)?b", r"<\1>")?;
    assert_eq!(texts(&groups), ["<a> <>"]);
    // Bytes that are no UTF-8 are kept.
    let bytes = strings::regex_replace(&Tensor::from(Text::from(b"\xff1")), r"\d", "n")?;
    assert_eq!(bytes.item::<Text>()?, Text::from(b"\xffn"));
    Ok(())
}

#[test]
fn whole_strings_match_or_not() -> Result<()> {
    let t = Tensor::from(["ab", "a", "abc"]);
    // The first alternative matches a part; the second all.
    assert_eq!(
        strings::regex_full_match(&t, "a|ab")?.to_vec::<bool>()?,
        [true, true, false]
    );
    assert_eq!(strings::regex_full_match(&t, "")?.to_vec::<bool>()?, [false; 3]);
    Ok(())
}

#[test]
fn regular_expressions_live_in_graphs_and_files() -> Result<()> {
    use ml_core::{
        Persist,
        graph::{Concrete, Graph},
    };
    let f = Function::unary("clean", |x| strings::regex_replace(x, r"(\w)\d+", r"\1"));
    let t = Tensor::from(["a12 b3", "x"]);
    let stored = f.concrete(&[t.spec()])?.graph().to_bytes()?;
    let loaded = Concrete::try_from(Graph::from_bytes(&stored)?)?;
    assert_eq!(texts(&f.apply(&[&t])?), ["a b", "x"]);
    assert_eq!(texts(&loaded.call(&[&t])?[0]), ["a b", "x"]);
    Ok(())
}

#[test]
fn mistakes_in_regular_expressions_are_named() {
    let t = Tensor::from("a");
    says(
        strings::regex_replace(&t, "(", ""),
        "regex_replace: pattern = \"(\": must be a regular expression",
    );
    says(
        strings::regex_replace(&t, "(a)", r"\2"),
        r#"regex_replace: rewrite = "\\2": must be with groups \0 to \1: the pattern has no more"#,
    );
    says(
        strings::regex_replace(&t, "a", r"\n"),
        r"must be with \0 to \9 or \\ after a backslash",
    );
    says(strings::regex_replace(&Tensor::from(1), "a", ""), "needs strings");
    says(strings::regex_full_match(&Tensor::from(1), "a"), "needs strings");
}
