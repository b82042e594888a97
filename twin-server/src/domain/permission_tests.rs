//! The policy, tried.

use super::*;

fn zones(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn user(role: Role, limited: Option<&[&str]>) -> Actor {
    Actor::new(Who::User("u".into()), vec![Grant { role, zones: limited.map(zones) }], true)
}

fn key(role: Role, scope: Scope) -> Actor {
    Actor::new(Who::Key("k".into()), vec![Grant::whole(role)], true).narrowed(scope)
}

const IN_Z1: Place<'_> = Place::Zone(Some("zone/z1"));

#[test]
fn roles_are_written_as_they_are_read() {
    for text in ["resident", "grid_worker@zone/z1+zone/z2"] {
        assert_eq!(text.parse::<Grant>().unwrap().to_string(), text);
    }
    assert!("king".parse::<Grant>().unwrap_err().contains("community_planner"));
}

#[test]
fn names_on_the_wire_are_those_of_the_table() {
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.id());
    }
    for (column, role) in Role::ALL.iter().enumerate() {
        assert_eq!(serde_json::to_value(role).unwrap(), role.id());
        assert_eq!(*role as usize, column);
    }
}

#[test]
fn an_administrator_may_all_that_any_person_may() {
    for action in Action::ALL {
        assert!(action.is_of(Role::Administrator), "{action:?}");
    }
}

#[test]
fn a_visitor_reads_what_is_public_and_no_more() {
    let (open, closed) = (Actor::new(Who::Visitor, vec![], true), Actor::new(Who::Visitor, vec![], false));
    for action in Action::ALL {
        let expected = if action.is_public() { Decision::Allowed } else { Decision::SignInFirst };
        assert_eq!(may(&open, *action, Place::Any), expected, "{action:?}");
        let open_to_all = action.reach() == Reach::Open;
        assert_eq!(may(&closed, *action, Place::Any) == Decision::Allowed, open_to_all, "{action:?}");
    }
}

#[test]
fn what_changes_something_is_never_public() {
    for action in [Action::EditModel, Action::RegisterDevices, Action::WriteReadings, Action::ManageUsers] {
        assert!(!action.is_public() && !action.is_of(Role::Resident), "{action:?}");
    }
}

#[test]
fn a_grant_for_a_zone_counts_there_and_nowhere_else() {
    let planner = user(Role::CommunityPlanner, Some(&["zone/z1"]));
    assert_eq!(may(&planner, Action::EditModel, IN_Z1), Decision::Allowed);
    assert_eq!(may(&planner, Action::EditModel, Place::Any), Decision::Allowed);
    for place in [Place::Zone(Some("zone/z2")), Place::Zone(None), Place::Whole] {
        assert_eq!(may(&planner, Action::EditModel, place), Decision::Denied(Denial::Zone), "{place:?}");
    }
    assert_eq!(may(&planner, Action::RegisterDevices, IN_Z1), Decision::Denied(Denial::Role));
    let everywhere = user(Role::CommunityPlanner, None);
    assert_eq!(may(&everywhere, Action::EditModel, Place::Zone(None)), Decision::Allowed);
}

#[test]
fn an_administrator_of_a_zone_does_not_manage_users() {
    let limited = user(Role::Administrator, Some(&["zone/z1"]));
    for place in [Place::Any, IN_Z1, Place::Whole] {
        assert_eq!(may(&limited, Action::ManageUsers, place), Decision::Denied(Denial::Zone));
    }
}

#[test]
fn a_device_writes_only_its_own_streams() {
    let scope = Scope { actions: None, devices: Some(zones(&["lamp-1", "bin-*"])) };
    let device = key(Role::Device, scope);
    let write = |id| may(&device, Action::WriteReadings, Place::Device { id, zone: None });
    assert_eq!((write("lamp-1"), write("bin-77")), (Decision::Allowed, Decision::Allowed));
    for other in ["lamp-10", "lamp", "bin", "lamp-1*", ""] {
        assert_eq!(write(other), Decision::Denied(Denial::Scope), "{other}");
    }
    for place in [Place::Whole, IN_Z1] {
        assert_eq!(may(&device, Action::RegisterDevices, place), Decision::Denied(Denial::Scope));
    }
}

#[test]
fn a_key_is_narrowed_to_its_actions_and_never_widened() {
    let scope =
        Scope { actions: Some([Action::ReadMetrics, Action::ManageUsers].into()), ..Scope::default() };
    let scraper = key(Role::Administrator, scope.clone());
    assert_eq!(may(&scraper, Action::ReadMetrics, Place::Any), Decision::Allowed);
    assert_eq!(may(&scraper, Action::EditModel, Place::Whole), Decision::Denied(Denial::Scope));
    assert_eq!(may(&scraper, Action::ManageUsers, Place::Whole), Decision::Denied(Denial::Machine));
    assert_eq!(
        may(&key(Role::Device, scope), Action::ReadMetrics, Place::Any),
        Decision::Denied(Denial::Role)
    );
}

#[test]
fn where_reading_needs_a_sign_in_each_role_may_still_read() {
    let resident = Actor::new(Who::User("u".into()), vec![Grant::whole(Role::Resident)], false);
    assert_eq!(may(&resident, Action::ReadPublication, Place::Any), Decision::Allowed);
    let nothing = Actor::new(Who::User("u".into()), vec![], false);
    assert_eq!(may(&nothing, Action::ReadPublication, Place::Any), Decision::Denied(Denial::Role));
}
