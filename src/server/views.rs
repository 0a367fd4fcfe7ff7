//! Saved views: what may be saved, and where it stands. Knows neither SQL nor what a view finds.

use uuid::Uuid;

use super::{
    App, Error,
    db::{self, DbError, Tx, feed, views},
};
use crate::model::{Query, View, ViewDraft, ViewEdit, ViewId, Views};

/// An address that is longer is no view that somebody put together by hand.
const QUERY_BYTES_MAX: usize = 4_000;

pub async fn list(app: &App) -> Result<Views, Error> {
    let mut tx = db::snapshot(&app.pool).await?;
    Ok(Views { at: feed::head(&mut tx).await?.at, views: views::all(&mut tx, app.project).await? })
}

/// At the end of those that are there.
pub async fn save(app: &App, draft: ViewDraft) -> Result<View, Error> {
    let view =
        View { id: ViewId(Uuid::now_v7()), name: checked_name(&draft.name)?, query: checked_query(&draft.query)? };
    let (mut tx, all) = begin(app).await?;
    if all.len() >= View::VIEWS_MAX {
        return Err(Error::Refused(format!(
            "There are {} saved views, and there can be no more. Delete one that nobody needs.",
            View::VIEWS_MAX
        )));
    }
    views::insert(&mut tx, app.project, &view, place(all.len() + 1)).await.map_err(taken(&view.name))?;
    commit(app, tx, all.iter().map(|view| view.id).chain([view.id])).await?;
    Ok(view)
}

pub async fn edit(app: &App, id: ViewId, edit: ViewEdit) -> Result<View, Error> {
    let name = edit.name.as_deref().map(checked_name).transpose()?;
    let query = edit.query.as_deref().map(checked_query).transpose()?;
    let (mut tx, all) = begin(app).await?;
    let before = all.iter().find(|view| view.id == id).ok_or(Error::NotFound)?;
    let view = View {
        id,
        name: name.unwrap_or_else(|| before.name.clone()),
        query: query.unwrap_or_else(|| before.query.clone()),
    };
    if view != *before {
        views::update(&mut tx, &view).await.map_err(taken(&view.name))?;
    }
    let ids = all.iter().map(|view| view.id).collect();
    commit(app, tx, moved(ids, id, edit.position)).await?;
    Ok(view)
}

pub async fn delete(app: &App, id: ViewId) -> Result<(), Error> {
    let (mut tx, all) = begin(app).await?;
    if !views::delete(&mut tx, app.project, id).await? {
        return Err(Error::NotFound);
    }
    commit(app, tx, all.iter().map(|view| view.id).filter(|other| *other != id)).await
}

/// With all views there are. Until it ends nobody else changes one.
async fn begin(app: &App) -> Result<(Tx<'static>, Vec<View>), Error> {
    let mut tx = db::begin(&app.pool).await?;
    views::lock(&mut tx, app.project).await?;
    let all = views::all(&mut tx, app.project).await?;
    Ok((tx, all))
}

async fn commit(app: &App, mut tx: Tx<'static>, order: impl IntoIterator<Item = ViewId>) -> Result<(), Error> {
    views::set_order(&mut tx, &order.into_iter().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    app.feed.committed();
    Ok(())
}

/// Positions are counted from 1, as PostgreSQL counts.
fn place(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn moved(mut ids: Vec<ViewId>, id: ViewId, position: Option<u32>) -> Vec<ViewId> {
    if let Some(position) = position {
        ids.retain(|other| *other != id);
        ids.insert(ids.len().min(position as usize), id);
    }
    ids
}

fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::Refused("Give the view a name.".into()));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::Refused("A view's name is one line of letters.".into()));
    }
    match name.chars().count() {
        signs if signs > View::NAME_SIGNS_MAX => Err(Error::Refused(format!(
            "A view's name has {} letters at most; this one has {signs}.",
            View::NAME_SIGNS_MAX
        ))),
        _ => Ok(name.to_owned()),
    }
}

fn checked_query(search: &str) -> Result<Query, Error> {
    let (query, complaints) = Query::read(search);
    if !complaints.is_empty() {
        return Err(Error::Refused(complaints.join(" ")));
    }
    if query.is_all() {
        return Err(Error::Refused("A view asks for something: search, filter or choose another order first.".into()));
    }
    if query.search().len() > QUERY_BYTES_MAX {
        return Err(Error::Refused("This asks for too much to be saved. Take some of it away.".into()));
    }
    Ok(query)
}

fn taken(name: &str) -> impl FnOnce(DbError) -> Error {
    move |error| match db::is_taken(&error, views::NAME_TAKEN) {
        true => Error::Refused(format!("There is a view “{name}” already. Choose another name.")),
        false => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        let check = |name: &str, expect: Option<&str>| {
            assert_eq!(checked_name(name).ok().as_deref(), expect, "{name:?}");
        };
        check("  White boats ", Some("White boats"));
        check("é", Some("é"));
        check(&"ü".repeat(60), Some(&"ü".repeat(60)));
        check(&"a".repeat(61), None);
        check(" \t ", None);
        check("two\nlines", None);
    }

    #[test]
    fn what_asks_for_nothing_is_no_view() {
        let check = |search: &str, expect: Option<&str>| {
            assert_eq!(checked_query(search).ok().map(|query| query.search()).as_deref(), expect, "{search}");
        };
        check("rating=3&q=boat", Some("?q=boat&rating=3"));
        check("?sort=name", Some("?sort=name"));
        check("", None);
        check("?start=120", None);
        check("rating=9", None);
        check(&format!("tag={}", "a".repeat(QUERY_BYTES_MAX)), None);
    }

    #[test]
    fn a_view_is_moved_among_the_others() {
        let id = |number: u128| ViewId(Uuid::from_u128(number));
        let check = |which: u128, to: Option<u32>, expect: [u128; 4]| {
            assert_eq!(moved([1, 2, 3, 4].map(id).to_vec(), id(which), to), expect.map(id), "{which} {to:?}");
        };
        check(3, None, [1, 2, 3, 4]);
        check(3, Some(0), [3, 1, 2, 4]);
        check(2, Some(2), [1, 3, 2, 4]);
        check(1, Some(99), [2, 3, 4, 1]);
    }
}
