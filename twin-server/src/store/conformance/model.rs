//! Versions of the model, and edits.

use serde_json::json;
use time::Duration;
use twin_schemas::LocalizedText;

use super::{NOON, on_every_store};
use crate::domain::edit::{Edit, EditAction, EditState, Overlay};
use crate::store::{ModelBlock, ModelImport, ModelVersion, Store};

fn version(publication: &str, added: u64) -> ModelVersion {
    ModelVersion {
        publication: publication.into(),
        imported: NOON,
        added,
        changed: 2,
        removed: 3,
        unchanged: 4,
    }
}

fn block(first: &str, digest: u8) -> ModelBlock {
    ModelBlock { first: first.into(), digest: vec![digest; 32], data: vec![0, digest, 255] }
}

fn edit(object: &str, number: u32, name: Option<&str>) -> Edit {
    let state = |name: &str| {
        let properties = [("k".to_owned(), json!([1, "二"]))].into();
        EditState::Overlay(Overlay { name: Some(LocalizedText::same(name)), properties })
    };
    Edit {
        object: object.into(),
        number,
        time: NOON + Duration::seconds(i64::from(number)),
        actor: "王工".into(),
        action: if name.is_some() { EditAction::Changed } else { EditAction::Restored },
        before: (number > 1).then(|| state("before")),
        after: name.map(state),
    }
}

async fn a_version_replaces_what_is_different_and_leaves_the_rest(store: &dyn Store) {
    assert!(store.model_versions(10).await.unwrap().is_empty());
    let first = ModelImport {
        version: version("v1", 3),
        put: vec![block("b", 1), block("a", 1), block("c", 1)],
        remove: vec![],
    };
    store.import_model(&first).await.unwrap();
    assert_eq!(store.model_blocks().await.unwrap(), [block("a", 1), block("b", 1), block("c", 1)]);
    let second = ModelImport {
        version: version("v2", 0),
        put: vec![block("b", 2)],
        remove: vec!["c".into(), "none".into()],
    };
    store.import_model(&second).await.unwrap();
    assert_eq!(store.model_blocks().await.unwrap(), [block("a", 1), block("b", 2)]);
    let digests = store.model_digests().await.unwrap();
    assert_eq!(
        digests.into_iter().collect::<Vec<_>>(),
        [("a".into(), vec![1; 32]), ("b".into(), vec![2; 32])]
    );
    assert_eq!(store.model_versions(10).await.unwrap(), [version("v2", 0), version("v1", 3)]);
    assert_eq!(store.model_versions(1).await.unwrap(), [version("v2", 0)]);
}

async fn edits_are_kept_in_order_and_the_newest_holds(store: &dyn Store) {
    for edit in [
        edit("b/1", 1, Some("one")),
        edit("b/1", 2, Some("two")),
        edit("a", 1, Some("x")),
        edit("b/1", 3, None),
    ] {
        store.add_edit(&edit).await.unwrap();
    }
    assert_eq!(store.newest_edits().await.unwrap(), [edit("a", 1, Some("x")), edit("b/1", 3, None)]);
    assert_eq!(
        store.edits("b/1", u32::MAX, 2).await.unwrap(),
        [edit("b/1", 3, None), edit("b/1", 2, Some("two"))]
    );
    assert_eq!(store.edits("b/1", 2, 10).await.unwrap(), [edit("b/1", 1, Some("one"))]);
    assert!(store.edits("b", u32::MAX, 10).await.unwrap().is_empty());
}

async fn no_edit_takes_the_number_of_another(store: &dyn Store) {
    store.add_edit(&edit("a", 1, Some("one"))).await.unwrap();
    assert!(store.add_edit(&edit("a", 1, Some("two"))).await.is_err());
    assert_eq!(store.newest_edits().await.unwrap(), [edit("a", 1, Some("one"))]);
}

on_every_store!(
    a_version_replaces_what_is_different_and_leaves_the_rest,
    edits_are_kept_in_order_and_the_newest_holds,
    no_edit_takes_the_number_of_another,
);
