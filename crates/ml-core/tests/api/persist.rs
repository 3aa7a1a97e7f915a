//! Saved files: round trips, every kind of damage, hostile content, atomic writing.

use std::{any::Any, collections::BTreeMap, fs, io, path::Path};

use ml_core::{
    Error, Features, FittedTransformer, Model, Persist, Result, Target,
    ndarray::{Array1, Array2, array},
    persist::{FORMAT_VERSION, FileInfo, write_atomically},
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Always predicts the same number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Constant {
    value: f64,
}

#[ml_core::typetag::serde]
impl Model for Constant {
    fn name(&self) -> String {
        "Constant".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        Ok(Array1::from_elem(x.n_rows(), self.value).into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Passes everything on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unchanged;

#[ml_core::typetag::serde]
impl FittedTransformer for Unchanged {
    fn name(&self) -> String {
        "Unchanged".to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        Ok(x)
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        Ok(names_in.to_vec())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A model of models, as pipelines and ensembles are.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Chain {
    steps: Vec<(String, Box<dyn FittedTransformer>)>,
    last: Option<Box<dyn Model>>,
}

#[ml_core::typetag::serde]
impl Model for Chain {
    fn name(&self) -> String {
        "Chain".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        match &self.last {
            Some(model) => model.predict_features(x),
            None => Ok(vec![0.0; x.n_rows()].into()),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Choice {
    Nothing,
    Count(u64),
    Pair(i8, char),
    Named { share: f32 },
}

/// One of everything that models are made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Everything {
    text: String,
    maybe: Option<Vec<i64>>,
    table: BTreeMap<String, Vec<u8>>,
    choices: Vec<Choice>,
    matrix: Array2<f64>,
    small: [u16; 3],
    wide: (u128, i128, bool, ()),
    model: Box<dyn Model>,
}

impl Persist for Everything {
    const TYPE_NAME: &'static str = "test::Everything";
}

/// The same bytes under another name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Other(Everything);

impl Persist for Other {
    const TYPE_NAME: &'static str = "test::Other";
}

fn chain(depth: usize) -> Box<dyn Model> {
    let mut model: Box<dyn Model> = Box::new(Constant { value: 2.5 });
    for _ in 0..depth {
        model = Box::new(Chain {
            steps: vec![("first".to_owned(), Box::new(Unchanged))],
            last: Some(model),
        });
    }
    model
}

fn everything() -> Everything {
    Everything {
        text: "größer".to_owned(),
        maybe: Some(vec![-1, 0, i64::MAX]),
        table: BTreeMap::from([("a".to_owned(), vec![1, 2]), ("b".to_owned(), vec![])]),
        choices: vec![
            Choice::Nothing,
            Choice::Count(70_000),
            Choice::Pair(-3, 'λ'),
            Choice::Named { share: 0.25 },
        ],
        matrix: array![[1.0, f64::NAN], [f64::NEG_INFINITY, -0.0]],
        small: [1, 2, 65_535],
        wide: (u128::MAX, i128::MIN, true, ()),
        model: chain(1),
    }
}

/// Debug text tells all fields and treats NaN as equal.
fn same(a: &impl std::fmt::Debug, b: &impl std::fmt::Debug) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

/// A file around this payload with a checksum that matches: what an attacker can make.
fn forge(type_name: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89mlm\r\n\x1a\n".to_vec();
    bytes.extend(1u32.to_le_bytes());
    bytes.extend((payload.len() as u64).to_le_bytes());
    for name in [type_name, "0.1.0"] {
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    bytes.extend(payload);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

/// The payload inside what `to_bytes` made.
fn payload<T: Persist>(value: &T) -> Vec<u8> {
    let bytes = value.to_bytes().expect("plain data");
    let header = 8 + 4 + 8 + 2 + T::TYPE_NAME.len() + 2 + env!("CARGO_PKG_VERSION").len();
    bytes[header..bytes.len() - 32].to_vec()
}

fn message<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("an error was expected"),
        Err(error) => {
            assert!(matches!(error, Error::File { .. }), "{error:?}");
            error.to_string()
        }
    }
}

#[test]
fn what_was_saved_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("everything.model");
    let value = everything();
    value.save(&path).unwrap();
    let loaded = Everything::load(&path).unwrap();
    assert!(same(&value, &loaded));
    assert!(loaded.matrix[[1, 1]].is_sign_negative());

    let info = FileInfo::read(&path).unwrap();
    assert_eq!(info.type_name, "test::Everything");
    assert_eq!(info.format_version, FORMAT_VERSION);
    assert_eq!(info.crate_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(info.payload_len, payload(&value).len() as u64);
}

#[test]
fn trait_objects_come_back_as_their_own_types() {
    let model = chain(3);
    let loaded = <Box<dyn Model>>::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert!(same(&model, &loaded));
    let x = Features::from(Array2::zeros((2, 1)));
    assert_eq!(loaded.predict_features(&x).unwrap(), Target::from(vec![2.5, 2.5]));

    let plain: Box<dyn Model> = Box::new(Constant { value: -1.0 });
    let loaded = <Box<dyn Model>>::from_bytes(&plain.to_bytes().unwrap()).unwrap();
    assert_eq!(
        loaded.as_any().downcast_ref::<Constant>(),
        Some(&Constant { value: -1.0 })
    );

    let step: Box<dyn FittedTransformer> = Box::new(Unchanged);
    let loaded = <Box<dyn FittedTransformer>>::from_bytes(&step.to_bytes().unwrap()).unwrap();
    assert!(loaded.as_any().is::<Unchanged>());
}

#[test]
fn a_type_that_this_program_does_not_know_is_an_error() {
    let mut inside = payload(&(Box::new(Constant { value: 1.0 }) as Box<dyn Model>));
    let at = inside.windows(8).position(|w| w == b"Constant").unwrap();
    inside[at] = b'X';
    let text = message(<Box<dyn Model>>::from_bytes(&forge("ml_core::Model", &inside)));
    assert!(text.contains("unknown variant `Xonstant`"), "{text}");
}

#[test]
fn the_bytes_do_not_change_between_releases() {
    // Worked by hand: lengths in one byte, 70,000 as 252 and four bytes, f64 in eight.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Fixed {
        name: String,
        count: u64,
        weights: Vec<f64>,
    }
    impl Persist for Fixed {
        const TYPE_NAME: &'static str = "test::Fixed";
    }
    let value = Fixed {
        name: "ab".to_owned(),
        count: 70_000,
        weights: vec![1.0],
    };
    let mut expected = vec![2, b'a', b'b', 252, 0x70, 0x11, 0x01, 0x00, 1];
    expected.extend(1.0f64.to_le_bytes());
    assert_eq!(payload(&value), expected);
    assert_eq!(
        Fixed::from_bytes(&forge("test::Fixed", &expected)).unwrap(),
        value
    );
}

#[test]
fn every_damaged_byte_is_noticed() {
    let bytes = everything().to_bytes().unwrap();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            message(Everything::from_bytes(&damaged));
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let bytes = everything().to_bytes().unwrap();
    for end in 0..bytes.len() {
        message(Everything::from_bytes(&bytes[..end]));
        let hole: Vec<u8> = bytes[..end].iter().chain(&bytes[end + 1..]).copied().collect();
        message(Everything::from_bytes(&hole));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    message(Everything::from_bytes(&longer));
}

#[test]
fn messages_say_what_is_wrong_and_what_to_do() {
    let bytes = everything().to_bytes().unwrap();
    let total = bytes.len();
    let says = |bytes: &[u8], text: &str| assert_eq!(message(Everything::from_bytes(bytes)), text);

    says(
        b"",
        "(bytes): is not a saved model of the ml crates; give the path of a file that save wrote",
    );
    says(
        b"PK\x03\x04....................",
        "(bytes): is not a saved model of the ml crates; give the path of a file that save wrote",
    );
    says(
        &bytes[..15],
        "(bytes): is cut off: its 15 bytes end inside the header; \
         copy the whole file again, or save the model again",
    );
    says(
        &bytes[..total - 1],
        &format!(
            "(bytes): is cut off: {} bytes of {total}; copy the whole file again, or save the model again",
            total - 1
        ),
    );
    let mut newer = bytes.clone();
    newer[8] = 9;
    says(
        &newer,
        "(bytes): has format version 9; this release reads up to 1; update the ml crates",
    );
    let mut damaged = bytes.clone();
    damaged[total / 2] ^= 1;
    says(
        &damaged,
        "(bytes): is damaged: its checksum does not match; restore it from a copy, or save the model again",
    );
    let error = Other::from_bytes(&bytes).unwrap_err().to_string();
    assert_eq!(
        error,
        "(bytes): holds a test::Everything, but a test::Other was asked for; load it as the type that it holds"
    );
    let mut more = payload(&everything());
    more.extend([0; 3]);
    says(
        &forge("test::Everything", &more),
        "(bytes): its content cannot be read: 3 bytes are left over; \
         load it with the release that wrote it, or save it again",
    );
}

#[test]
fn a_missing_file_and_a_folder_are_refused_by_the_system() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("none.model"), folder.path().to_owned()] {
        let error = Everything::load(&path).unwrap_err();
        assert!(matches!(error, Error::Io { action: "read", .. }), "{error:?}");
    }
    let error = everything().save(folder.path()).unwrap_err();
    assert!(matches!(error, Error::Io { action: "write", .. }), "{error:?}");
    let error = everything().save(folder.path().join("none/x.model")).unwrap_err();
    assert!(matches!(error, Error::Io { action: "write", .. }), "{error:?}");
}

macro_rules! persist_as {
    ($($type:ty => $name:literal),*) => { $(
        impl Persist for Holder<$type> {
            const TYPE_NAME: &'static str = $name;
        }
    )* };
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Holder<T>(T);
persist_as!(
    Vec<f64> => "v", Vec<Vec<u8>> => "vv", String => "s", Vec<()> => "u",
    BTreeMap<u64, ()> => "m", Array2<f64> => "a", Option<bool> => "o", char => "c"
);

#[test]
fn lengths_that_lie_allocate_nothing() {
    // 253 begins a u64: 2^60 elements, 2^40, and one more than the bytes that follow.
    for claim in [1u64 << 60, 1 << 40, u64::MAX] {
        let mut lie = vec![253];
        lie.extend(claim.to_le_bytes());
        lie.extend([1, 2, 3]);
        message(Holder::<Vec<f64>>::from_bytes(&forge("v", &lie)));
        message(Holder::<Vec<Vec<u8>>>::from_bytes(&forge("vv", &lie)));
        message(Holder::<String>::from_bytes(&forge("s", &lie)));
        message(Holder::<Vec<()>>::from_bytes(&forge("u", &lie)));
        message(Holder::<BTreeMap<u64, ()>>::from_bytes(&forge("m", &lie)));
    }
    // ndarray: version 1, shape (2^40, 2^40), no data.
    let mut lie = vec![1];
    for _ in 0..2 {
        lie.push(253);
        lie.extend((1u64 << 40).to_le_bytes());
    }
    lie.push(0);
    message(Holder::<Array2<f64>>::from_bytes(&forge("a", &lie)));
    message(Holder::<Option<bool>>::from_bytes(&forge("o", &[2])));
    message(Holder::<Option<bool>>::from_bytes(&forge("o", &[1, 2])));
    message(Holder::<char>::from_bytes(&forge("c", &[0xff])));
    message(Holder::<String>::from_bytes(&forge("s", &[1, 0xff])));
    let empty = Holder(vec![(); 1000]);
    assert_eq!(
        Holder::<Vec<()>>::from_bytes(&empty.to_bytes().unwrap()).unwrap(),
        empty
    );
}

#[test]
fn nesting_is_bounded_on_both_sides() {
    let deep = chain(200);
    let error = deep.to_bytes().unwrap_err().to_string();
    assert_eq!(
        error,
        "save: ml_core::Model cannot be stored: nested deeper than 128 levels; \
         store plain data of known length, nested less deeply"
    );
    // A hostile file: a hundred thousand chains inside each other.
    let level = [&[1, 5][..], b"Chain", &[0, 1]].concat();
    let text = message(<Box<dyn Model>>::from_bytes(&forge(
        "ml_core::Model",
        &level.repeat(100_000),
    )));
    assert!(text.contains("nested deeper than 128 levels"), "{text}");
}

#[test]
fn the_deepest_value_that_saves_also_loads() {
    let deepest = (0..200)
        .rev()
        .find(|&depth| chain(depth).to_bytes().is_ok())
        .unwrap();
    assert!(deepest > 30, "{deepest}");
    let model = chain(deepest);
    let loaded = <Box<dyn Model>>::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert!(same(&model, &loaded));
}

#[test]
fn a_failed_write_leaves_the_old_file_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    write_atomically(&path, |file| file.write_all(b"old")).unwrap();
    let full = |file: &mut dyn io::Write| {
        file.write_all(&[0; 100_000])?;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    let error = write_atomically(&path, full).unwrap_err();
    assert!(error.to_string().contains("cannot write"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_keeps_its_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    fs::write(&path, b"old").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser may write everywhere; then there is nothing to see.
    if fs::write(folder.path().join("probe"), b"").is_err() {
        assert!(everything().save(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn permissions_and_links_survive_a_save() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, b"old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    everything().save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(Everything::load(&real).is_ok());
}

#[test]
fn a_bare_file_name_is_saved_in_the_current_folder() {
    let name = format!("bare-{}.model", std::process::id());
    everything().save(Path::new(&name)).unwrap();
    let loaded = Everything::load(&name);
    fs::remove_file(&name).unwrap();
    assert!(loaded.is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_round_trip(text in ".{0,20}", numbers in prop::collection::vec(any::<f64>(), 0..40),
                         counts in prop::option::of(prop::collection::vec(any::<i64>(), 0..5))) {
        let mut value = everything();
        value.text = text;
        value.maybe = counts;
        value.matrix = Array2::from_shape_vec((numbers.len(), 1), numbers).unwrap();
        let loaded = Everything::from_bytes(&value.to_bytes().unwrap()).unwrap();
        prop_assert!(same(&value, &loaded));
    }

    /// The checksum matches, so that only the decoder stands between these bytes and the value.
    #[test]
    fn forged_content_never_panics(at in any::<prop::sample::Index>(), new in any::<[u8; 4]>(),
                                   length in 1usize..5, cut in any::<prop::sample::Index>()) {
        let mut inside = payload(&everything());
        let at = at.index(inside.len());
        for (slot, byte) in inside[at..].iter_mut().zip(&new[..length]) {
            *slot = *byte;
        }
        let _ = Everything::from_bytes(&forge("test::Everything", &inside));
        inside.truncate(cut.index(inside.len()));
        prop_assert!(Everything::from_bytes(&forge("test::Everything", &inside)).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Everything::from_bytes(&bytes).is_err());
        let _ = <Box<dyn Model>>::from_bytes(&forge("ml_core::Model", &bytes));
    }
}
