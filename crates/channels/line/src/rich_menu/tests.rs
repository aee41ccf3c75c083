use serde_json::json;

use super::*;

fn menu(change: impl FnOnce(&mut Value)) -> Value {
    let mut menu = json!({
        "size": { "width": 2500, "height": 1686 }, "selected": true, "name": "春", "chatBarText": "メニュー",
        "areas": [{ "bounds": { "x": 0, "y": 0, "width": 1250, "height": 1686 },
            "action": { "type": "richmenuswitch", "richMenuAliasId": "tab-2", "data": "tab=2" } }],
    });
    change(&mut menu);
    menu
}

#[track_caller]
fn bad(menu: Value, pointer: &str, code: &str) {
    let found = RichMenu::check(menu, "").unwrap_err().0;
    assert!(
        found
            .iter()
            .any(|error| error.pointer == pointer && error.code == code),
        "{found:?}"
    );
}

#[test]
fn a_menu_at_its_limits_passes_and_one_more_does_not() {
    let family = "👨‍👩‍👧‍👦";
    let good = |menu: Value| {
        let found = RichMenu::check(menu, "");
        assert!(found.is_ok(), "{found:?}");
    };
    good(menu(|_| {}));
    good(menu(|menu| menu["chatBarText"] = family.repeat(14).into()));
    bad(
        menu(|menu| menu["chatBarText"] = family.repeat(15).into()),
        "/chatBarText",
        "too_long",
    );
    good(menu(|menu| menu["name"] = "名".repeat(300).into()));
    bad(
        menu(|menu| menu["name"] = "名".repeat(301).into()),
        "/name",
        "too_long",
    );
    let areas =
        |menu: &mut Value, count| menu["areas"] = json!(vec![menu["areas"][0].clone(); count]);
    good(menu(|menu| areas(menu, 20)));
    bad(menu(|menu| areas(menu, 21)), "/areas", "too_many");
    let size = |width: u32, height: u32| {
        menu(|menu| {
            menu["size"] = json!({ "width": width, "height": height });
            menu["areas"] = json!([]);
        })
    };
    good(size(800, 250));
    good(size(1_450, 1_000));
    bad(size(799, 250), "/size/width", "out_of_range");
    bad(size(2_501, 250), "/size/width", "out_of_range");
    bad(size(800, 249), "/size/height", "out_of_range");
    bad(size(1_449, 1_000), "/size", "bad_ratio");
}

#[test]
fn an_area_stays_in_the_picture_and_does_what_a_menu_can() {
    bad(
        menu(|menu| menu["areas"][0]["bounds"]["x"] = 1_251.into()),
        "/areas/0/bounds",
        "out_of_range",
    );
    let action = |menu: &mut Value, action| menu["areas"][0]["action"] = action;
    bad(
        menu(|menu| action(menu, json!({ "type": "camera" }))),
        "/areas/0/action/type",
        "not_here",
    );
    bad(
        menu(|menu| menu["areas"][0]["action"]["richMenuAliasId"] = "Tab".into()),
        "/areas/0/action/richMenuAliasId",
        "bad_format",
    );
    bad(
        menu(|menu| menu["selected"] = "yes".into()),
        "/selected",
        "wrong_kind",
    );
    bad(json!([]), "", "wrong_kind");
    assert!(serde_json::from_value::<RichMenu>(menu(|_| {})).is_ok());
}
