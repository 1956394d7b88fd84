//! People from a table: a preview of all that it would change, and then exactly that, in one transaction. A row that cannot be taken stays
//! out with what to do about it, and the others go in.

use super::editing::{insert, update};
use crate::Backend;
use crate::audit::AuditActor;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::store::members::{self, Member, facts, roster};
use crate::store::{StoreHandle, Tx, organizations, people, spaces};
use domain::Refusal;
use domain::access::spaces::Space;
use domain::id::PersonId;
use domain::people::importing::{
    ImportOutcome, ImportPreview, ImportRow, ImportedChange, ImportedPerson, LARGEST_FILE, MOST_ROWS, PREVIEWED, RefusedRow, find_column,
};
use domain::people::managing::{check_managed, check_person, manages, tidy_person};
use domain::people::wire::SavePerson;
use domain::people::{Facts, normal_email};
use domain::permission::{PERMISSIONS, Permission};
use domain::text::{harmless_cell, lower_case};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A file as it was read.
struct ImportTable {
    heads: Vec<String>,
    rows: Vec<ImportRow>,
    /// Each row as it stands in the file.
    cells: Vec<Vec<String>>,
    left_out: Vec<String>,
}

/// A row that can be taken.
struct PlannedRow {
    before: Option<Member>,
    wanted: SavePerson,
    /// The address of the manager that it names.
    manager: Option<String>,
    line: u64,
}

/// What a file would do.
struct ImportPlan {
    rows: Vec<PlannedRow>,
    same: u64,
    refused: Vec<RefusedRow>,
}

/// What importing a file would change. Nothing is changed.
///
/// # Errors
/// Not found for whoever looks after nobody; input when the file cannot be read or is too large.
pub async fn preview_import(backend: &Backend, caller: &Caller, file: &str) -> Result<ImportPreview> {
    if !caller.facts.may_somewhere(Permission::ManagePeople) {
        return Err(Refusal::NotFound.into());
    }
    let table = read_table(file)?;
    let handle = backend.store().read(caller.organization);
    let plan = plan(&handle, backend, &caller.facts, &table).await?;
    let all_spaces = spaces::all(&handle).await?;
    let names: BTreeMap<PersonId, String> =
        members::all(&handle).await?.into_iter().map(|member| (member.account.id, member.account.name)).collect();
    let added = || plan.rows.iter().filter(|row| row.before.is_none());
    let person = |row: &PlannedRow| ImportedPerson { name: row.wanted.name.clone(), email: row.wanted.email.clone() };
    let changes: Vec<ImportedChange> = plan.rows.iter().flat_map(|row| changes_of(row, &all_spaces, &names)).collect();
    Ok(ImportPreview {
        rows: table.rows.len() as u64,
        added: added().count() as u64,
        changed: plan.rows.iter().filter(|row| row.before.is_some()).count() as u64,
        same: plan.same,
        people: added().take(PREVIEWED).map(person).collect(),
        values: changes.len() as u64,
        changes: changes.into_iter().take(PREVIEWED).collect(),
        refused_file: refused_file(&table, &plan.refused)?,
        left_out: table.left_out.clone(),
        mark: mark_of(&plan),
        refused: plan.refused,
    })
}

/// Does what a preview said. `mark` is the preview's.
///
/// # Errors
/// Not found for whoever looks after nobody; input when the file cannot be read; conflict when it would do something else by now.
pub async fn import_people(backend: &Backend, caller: &Caller, file: &str, mark: &str) -> Result<ImportOutcome> {
    if !caller.facts.may_somewhere(Permission::ManagePeople) {
        return Err(Refusal::NotFound.into());
    }
    let table = read_table(file)?;
    let (be, person, actor, mark) = (backend.clone(), caller.id(), AuditActor::from(caller), mark.to_owned());
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            // One import after the other: two files at once would not see each other's people.
            organizations::lock(tx).await?;
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            let plan = plan(tx, &be, &maker, &table).await?;
            if mark_of(&plan) != mark {
                let message = "People were changed since this preview was made. Choose the file again and look at the new one.";
                return Err(Refusal::conflict(message).into());
            }
            apply(tx, &be, &actor, &maker, plan).await
        })
    });
    work.await
}

async fn apply(tx: &Tx<'_>, be: &Backend, actor: &AuditActor, maker: &Facts, plan: ImportPlan) -> Result<ImportOutcome> {
    let mut outcome = ImportOutcome { refused: plan.refused.len() as u64, ..ImportOutcome::default() };
    let mut managed = Vec::new();
    for row in plan.rows {
        match &row.before {
            Some(before) if row.manager.is_none() => update(tx, be, actor, before, &row.wanted).await?,
            Some(_) => {}
            None => {
                let id = insert(tx, be, actor, maker, &SavePerson { manager: None, ..row.wanted.clone() }).await?;
                outcome.added += 1;
                if row.manager.is_some() {
                    managed.push((id, row.wanted, row.manager));
                }
                continue;
            }
        }
        outcome.changed += 1;
        if row.manager.is_some() {
            let id = row.before.as_ref().map(|before| before.account.id);
            managed.extend(id.map(|id| (id, row.wanted, row.manager)));
        }
    }
    // Last: a manager may be added by the same file.
    for (id, wanted, manager) in managed {
        let manager = members::by_email(tx, &manager.unwrap_or_default()).await?.map(|person| person.id);
        let before = members::find(tx, id).await?.ok_or(Refusal::NotFound)?;
        update(tx, be, actor, &before, &SavePerson { manager, ..wanted }).await?;
    }
    Ok::<ImportOutcome, Error>(outcome)
}

/// Reads the table: commas or semicolons, the first line names the columns.
fn read_table(file: &str) -> Result<ImportTable> {
    let wrong = |message: String| Error::from(Refusal::input("file", message));
    if file.len() > LARGEST_FILE {
        return Err(wrong(format!("The file is larger than {} kB. Cut it into several", LARGEST_FILE / 1000)));
    }
    if file.contains('\u{fffd}') || file.contains('\0') {
        return Err(wrong("The file is not in UTF-8. Save it as “CSV UTF-8”, then choose it again".to_owned()));
    }
    let first = file.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(file.as_bytes());
    let unreadable = |error: csv::Error| wrong(format!("The file is not a table that can be read: {error}"));
    let heads: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
    let columns: Vec<Option<&'static str>> = heads.iter().map(|head| find_column(head)).collect();
    if !columns.contains(&Some("email")) {
        return Err(wrong("No column is called “email”. Name the columns in the first line: email, name, title, phone, …".to_owned()));
    }
    let twice = columns.iter().enumerate().find(|(place, column)| column.is_some() && columns[..*place].contains(column));
    if let Some((place, _)) = twice {
        return Err(wrong(format!("Two columns say the same: “{}” is the second. Keep one", heads[place])));
    }
    let left_out = heads.iter().zip(&columns).filter(|(head, column)| column.is_none() && !head.trim().is_empty());
    let left_out = left_out.map(|(head, _)| head.clone()).collect();
    let (mut rows, mut cells) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let said: Vec<String> = record.iter().map(str::to_owned).collect();
        if said.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(wrong(format!("The file has more than {MOST_ROWS} rows. Cut it into several")));
        }
        let named = columns.iter().zip(&said).filter_map(|(column, cell)| Some(((*column)?, cell.clone())));
        rows.push(ImportRow { line, cells: named.collect() });
        cells.push(said);
    }
    Ok(ImportTable { heads, rows, cells, left_out })
}

/// What each row would do, for somebody with these facts.
async fn plan(handle: &impl StoreHandle, be: &Backend, maker: &Facts, table: &ImportTable) -> Result<ImportPlan> {
    let all = members::all(handle).await?;
    let all_spaces = spaces::all(handle).await?;
    let by_email: BTreeMap<&str, &Member> = all.iter().map(|member| (member.account.email.as_str(), member)).collect();
    let numbers: BTreeMap<&str, PersonId> = all.iter().map(|member| (member.employee_number.as_str(), member.account.id)).collect();
    let emails: Vec<String> = table.rows.iter().filter_map(|row| row.say("email")).map(|email| normal_email(&email)).collect();
    let taken: BTreeMap<String, PersonId> =
        people::by_emails(handle, &emails).await?.into_iter().map(|account| (account.email, account.id)).collect();
    let ids: Vec<PersonId> = emails.iter().filter_map(|email| by_email.get(email.as_str())).map(|member| member.account.id).collect();
    let elsewhere = roster::elsewhere(handle, &ids).await?;
    let wide = PERMISSIONS.iter().all(|(permission, _)| maker.may(*permission));
    let mut plan = ImportPlan { rows: Vec::new(), same: 0, refused: Vec::new() };
    let (mut seen, mut given) = (BTreeMap::new(), BTreeMap::new());
    for row in &table.rows {
        let email = normal_email(&row.say("email").unwrap_or_default());
        if let Some(first) = seen.insert(email.clone(), row.line).filter(|_| !email.is_empty()) {
            plan.refused.push(row.refuse("email", format!("Remove one. Rows {first} and {} are the same person.", row.line)));
            continue;
        }
        let before = by_email.get(email.as_str()).copied();
        let wanted = match describe(row, email, before, &all_spaces, maker) {
            Ok(wanted) => wanted,
            Err(refused) => {
                plan.refused.push(refused);
                continue;
            }
        };
        let manager = row.say("manager").map(|manager| normal_email(&manager));
        let known =
            |manager: &String| by_email.get(manager.as_str()).is_some_and(|member| member.can_sign_in()) || emails.contains(manager);
        let number = wanted.employee_number.as_str();
        let other = numbers.get(number).filter(|other| !number.is_empty() && before.is_none_or(|before| before.account.id != **other));
        let twice = if number.is_empty() { None } else { given.insert(number.to_owned(), row.line) };
        let shared = before.is_some_and(|before| {
            let changed = wanted.name != before.account.name || wanted.phone != before.account.phone;
            changed && elsewhere.contains(&before.account.id)
        });
        let refused = if before.is_none() && taken.contains_key(&wanted.email) {
            Some(row.refuse("email", "Somebody has an account with this address in another organization. Invite them."))
        } else if other.is_some() {
            Some(row.refuse("employee_number", "Somebody else has this number. Correct one of the two."))
        } else if let Some(first) = twice {
            Some(row.refuse("employee_number", format!("Correct one. Rows {first} and {} have the same number.", row.line)))
        } else if manager.as_ref() == Some(&wanted.email) {
            Some(row.refuse("manager", "Nobody is their own manager. Name somebody else."))
        } else if manager.as_ref().is_some_and(|manager| !known(manager)) {
            Some(row.refuse("manager", "Write the address of somebody of the organization, or of another row."))
        } else if shared {
            Some(row.refuse("name", "They belong to another organization too: only they change their name and phone number."))
        } else {
            None
        };
        if let Some(refused) = refused {
            plan.refused.push(refused);
            continue;
        }
        let manager = manager.filter(|manager| {
            let now = before.and_then(|before| before.manager);
            by_email.get(manager.as_str()).map(|member| member.account.id) != now || now.is_none()
        });
        if let Some(before) = before {
            if manager.is_none() && says_the_same(before, &wanted) {
                plan.same += 1;
                continue;
            }
            let of = if wide { None } else { facts::find(handle, before.account.id, be.now()).await? };
            if of.is_some_and(|of| check_managed(maker, &of.facts, before.space).is_err()) {
                plan.refused.push(row.refuse("email", "They hold more than you do. Ask an administrator who holds as much."));
                continue;
            }
        }
        plan.rows.push(PlannedRow { before: before.cloned(), wanted, manager, line: row.line });
    }
    // Rows that name a row that stays out have no manager to get.
    let taken_in: Vec<String> = plan.rows.iter().map(|row| row.wanted.email.clone()).collect();
    let there = |manager: &String| by_email.contains_key(manager.as_str()) || taken_in.contains(manager);
    let (kept, lost): (Vec<PlannedRow>, Vec<PlannedRow>) = plan.rows.into_iter().partition(|row| row.manager.as_ref().is_none_or(there));
    let lines: BTreeMap<u64, &ImportRow> = table.rows.iter().map(|row| (row.line, row)).collect();
    let refuse =
        |row: PlannedRow| lines.get(&row.line).map(|line| line.refuse("manager", "The row of the manager stays out. Correct it first."));
    plan.refused.extend(lost.into_iter().filter_map(refuse));
    plan.refused.sort_by_key(|refused| refused.line);
    plan.rows = kept;
    Ok(plan)
}

/// What a row says of a person: what it does not say stays as it is.
fn describe(
    row: &ImportRow,
    email: String,
    before: Option<&Member>,
    all_spaces: &[Space],
    maker: &Facts,
) -> std::result::Result<SavePerson, RefusedRow> {
    let now = |of: fn(&Member) -> &str| before.map(of).unwrap_or_default().to_owned();
    let space = match row.say("space") {
        None => before.and_then(|before| before.space),
        Some(name) => {
            let fits = |space: &&Space| space.key == name || lower_case(&space.name) == lower_case(&name);
            let found = all_spaces.iter().find(fits).filter(|space| manages(maker, Some(space.id)));
            Some(found.ok_or_else(|| row.refuse("space", "Use the name of a space whose people you look after."))?.id)
        }
    };
    if !manages(maker, before.map_or(space, |before| before.space)) {
        let column = if before.is_some() { "email" } else { "space" };
        let message = "You look after the people of some spaces. Name one of them as the person’s space.";
        return Err(row.refuse(column, message));
    }
    let wanted = tidy_person(SavePerson {
        id: before.map(|before| before.account.id),
        name: row.say("name").unwrap_or_else(|| now(|member| &member.account.name)),
        email,
        phone: row.say("phone").unwrap_or_else(|| now(|member| &member.account.phone)),
        employee_number: row.say("employee_number").unwrap_or_else(|| now(|member| &member.employee_number)),
        title: row.say("title").unwrap_or_else(|| now(|member| &member.title)),
        manager: before.and_then(|before| before.manager),
        space,
        role: String::new(),
        role_space: None,
    });
    match check_person(&wanted) {
        Ok(()) => Ok(wanted),
        Err(Refusal::Input { path, message }) => Err(row.refuse(&path, format!("{message}."))),
        Err(other) => Err(row.refuse("email", other.to_string())),
    }
}

fn says_the_same(before: &Member, wanted: &SavePerson) -> bool {
    let said = (&wanted.name, &wanted.phone, &wanted.employee_number, &wanted.title, wanted.space);
    said == (&before.account.name, &before.account.phone, &before.employee_number, &before.title, before.space)
}

/// Each value of a row that would be another one.
fn changes_of(row: &PlannedRow, all_spaces: &[Space], names: &BTreeMap<PersonId, String>) -> Vec<ImportedChange> {
    let Some(before) = &row.before else { return Vec::new() };
    let space = |id| all_spaces.iter().find(|space| Some(space.id) == id).map(|space| space.name.clone()).unwrap_or_default();
    let manager = before.manager.and_then(|manager| names.get(&manager)).cloned().unwrap_or_default();
    let values = [
        ("Name", before.account.name.clone(), row.wanted.name.clone()),
        ("Phone", before.account.phone.clone(), row.wanted.phone.clone()),
        ("Employee number", before.employee_number.clone(), row.wanted.employee_number.clone()),
        ("Title", before.title.clone(), row.wanted.title.clone()),
        ("Space", space(before.space), space(row.wanted.space)),
        ("Manager", manager.clone(), row.manager.clone().unwrap_or(manager)),
    ];
    let changed = values.into_iter().filter(|(_, was, is)| was != is);
    let name = before.account.name.as_str();
    changed.map(|(column, before, after)| ImportedChange { name: name.to_owned(), column: column.to_owned(), before, after }).collect()
}

/// What tells a plan from any other.
fn mark_of(plan: &ImportPlan) -> String {
    let mut digest = Sha256::new();
    for row in &plan.rows {
        digest.update(format!("{:?}\n{:?}\n{:?}\n", row.before, row.wanted, row.manager));
    }
    for refused in &plan.refused {
        digest.update(format!("{refused:?}\n"));
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The refused rows as they stood, each with what to do; no spreadsheet takes a cell of it for a formula.
fn refused_file(table: &ImportTable, refused: &[RefusedRow]) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let failed = |error: csv::Error| Error::failed(error);
    let heads = ["row", "what to do"].into_iter().chain(table.heads.iter().map(String::as_str));
    writer.write_record(heads.map(harmless_cell)).map_err(failed)?;
    for one in refused {
        let cells = table.rows.iter().position(|row| row.line == one.line).and_then(|place| table.cells.get(place));
        let first = [one.line.to_string(), one.message.clone()];
        let all = first.iter().map(String::as_str).chain(cells.into_iter().flatten().map(String::as_str));
        writer.write_record(all.map(harmless_cell)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(Error::failed)?;
    String::from_utf8(bytes).map_err(Error::failed)
}
