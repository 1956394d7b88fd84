//! The work tasks of a request: how far they are, who has which until when, and the links that share them.

use super::api::{add_task, change_task, edit_task};
use crate::form::dialog::{DialogQuestion, FormDialog, field, small_form};
use crate::people::search::find_for_picker;
use crate::requests::page::sheet::RequestSheet;
use crate::requests::share::dialog::ShareDialog;
use crate::session::uses;
use crate::ui::{Avatar, Icon, MenuButton, MenuItem, SHORT_MONTHS};
use chrono::{Datelike, NaiveDate};
use domain::forms::Answers;
use domain::id::TaskId;
use domain::organization::ProductFeature;
use domain::requests::tasks::{Task, TaskStatus, progress};
use domain::requests::work::{TaskDraft, TaskView, WorkView};
use leptos::prelude::*;
use serde_json::{Value, json};

/// What the open dialog is about.
#[derive(Clone, Debug, PartialEq)]
enum TaskDialogSubject {
    Nothing,
    New,
    Edit(TaskId),
    Move(TaskId, TaskStatus),
}

/// The parts of the slip that act.
#[derive(Clone, Copy)]
struct TaskActions {
    sheet: RequestSheet,
    asking: RwSignal<Option<DialogQuestion>>,
    about: RwSignal<TaskDialogSubject>,
    /// The task whose links are open.
    sharing: RwSignal<Option<TaskId>>,
}

/// The slip; nothing when there are no tasks and none can be added.
#[component]
pub fn TasksSlip(sheet: RequestSheet) -> impl IntoView {
    let work = Memo::new(move |_| sheet.shown.with(|page| page.work.clone()));
    let hands =
        TaskActions { sheet, asking: RwSignal::new(None), about: RwSignal::new(TaskDialogSubject::Nothing), sharing: RwSignal::new(None) };
    let act = Callback::new(move |answers: Answers| hands.done(&answers));
    let shown = move || work.with(|work| (work.may_add || !work.tasks.is_empty()).then(|| slip(hands, work)));
    view! {
        {shown}
        <FormDialog id="task" asking=hands.asking busy=sheet.working() failed=sheet.failed() search=find_for_picker act />
        <ShareDialog sheet sharing=hands.sharing />
    }
    .into_any()
}

fn slip(hands: TaskActions, work: &WorkView) -> AnyView {
    let tasks: Vec<Task> = work.tasks.iter().map(|view| view.task.clone()).collect();
    let (done, all) = progress(&tasks);
    let note = (all > 0).then(|| {
        let words = format!("{done} of {all} done");
        view! {
            <span class="slip__note">{words.clone()}</span>
            <progress class="progress task-progress" max=all.to_string() value=done.to_string() aria-label=words></progress>
        }
        .into_any()
    });
    let add = work.may_add.then(|| {
        view! {
            <span class="push">
                <button class="button button--sm" type="button" on:click=move |_| hands.ask_new()>
                    <Icon name="plus" />
                    "Add task"
                </button>
            </span>
        }
        .into_any()
    });
    let may_edit = work.may_add;
    let rows = work.tasks.iter().cloned().map(|task| row(hands, task, may_edit)).collect_view();
    let list = if work.tasks.is_empty() {
        view! { <p class="slip__body soft">"No tasks yet. Split the work here, give parts to others, or share one by a link."</p> }
            .into_any()
    } else {
        view! {
            <ul class="task-list" role="list">
                {rows}
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="slip" aria-labelledby="s-tasks">
            <div class="slip__head">
                <h2 id="s-tasks">"Work tasks"</h2>
                {note}
                {add}
            </div>
            {list}
        </section>
    }
    .into_any()
}

fn row(hands: TaskActions, view: TaskView, may_edit: bool) -> AnyView {
    let task = view.task.clone();
    let (mark, mark_icon) = match task.status {
        TaskStatus::Done => ("task-row__mark task-row__mark--done", Some("check")),
        TaskStatus::Cancelled => ("task-row__mark task-row__mark--held", Some("minus")),
        TaskStatus::InProgress => ("task-row__mark", Some("play")),
        TaskStatus::Open => ("task-row__mark", None),
    };
    let who = task.assignee.as_ref().map_or_else(
        || view! { <span class="muted">"Nobody yet"</span> }.into_any(),
        |person| {
            view! {
                <Avatar name=person.name.clone() />
                <span>{person.name.clone()}</span>
            }
            .into_any()
        },
    );
    let due = task.due.map(|due| due_words(due, view.overdue));
    let notes = [task.description.clone(), task.notes.clone(), links_words(&view)];
    let notes = notes
        .into_iter()
        .filter(|words| !words.is_empty())
        .map(|words| view! { <p class="task-row__note">{words}</p> }.into_any())
        .collect_view();
    let required = task.required.then(|| view! { <span class="tag">"Required"</span> }.into_any());
    let items = Signal::stored(menu(hands, &view, may_edit));
    let late = view.overdue;
    view! {
        <li class="task-row">
            <span class=mark aria-hidden="true">
                {mark_icon.map(|name| view! { <Icon name /> }.into_any())}
            </span>
            <div class="task-row__main">
                <p class="task-row__title">{task.title.clone()} " " {required}</p>
                {notes}
            </div>
            <span class="task-row__who">{who}</span>
            <span class="task-row__due" class:is-late=late>
                {due}
            </span>
            <span class="task-row__st">
                {status(task.status)}
                <MenuButton id=format!("task-{}", task.id) label=format!("Actions of “{}”", task.title) class="button button--quiet button--icon" items />
            </span>
        </li>
    }
    .into_any()
}

/// A task's status as drawn.
pub fn status(status: TaskStatus) -> AnyView {
    let (class, icon) = match status {
        TaskStatus::Open => ("status", "circle"),
        TaskStatus::InProgress => ("status status--go", "circle-dot"),
        TaskStatus::Done => ("status status--done", "check-check"),
        TaskStatus::Cancelled => ("status", "circle-slash"),
    };
    view! {
        <span class=class>
            <Icon name=icon />
            {status.label()}
        </span>
    }
    .into_any()
}

/// "13 Apr", or "13 Apr, overdue".
pub fn due_words(due: NaiveDate, overdue: bool) -> String {
    let month = SHORT_MONTHS.get(due.month0() as usize).copied().unwrap_or_default();
    if overdue { format!("{} {month}, overdue", due.day()) } else { format!("{} {month}", due.day()) }
}

/// "Shared by 1 link, opened 2 times".
fn links_words(view: &TaskView) -> String {
    let open = view.shares.iter().filter(|link| link.opens).count();
    let uses: u32 = view.shares.iter().map(|link| link.uses).sum();
    let times = if uses == 1 { "once".to_owned() } else { format!("{uses} times") };
    match open {
        0 => String::new(),
        1 => format!("Shared by a link, opened {times}"),
        many => format!("Shared by {many} links, opened {times}"),
    }
}

fn menu(hands: TaskActions, view: &TaskView, may_edit: bool) -> Vec<MenuItem> {
    let id = view.task.id;
    let title = view.task.title.clone();
    let mut items: Vec<MenuItem> = view
        .to
        .iter()
        .map(|to| {
            let (icon, words) = match to {
                TaskStatus::Open => ("rotate-ccw", "Open it again"),
                TaskStatus::InProgress => ("play", "Start"),
                TaskStatus::Done => ("check", "Mark done…"),
                TaskStatus::Cancelled => ("circle-slash", "Cancel the task…"),
            };
            let (to, title) = (*to, title.clone());
            MenuItem { icon, words: words.to_owned(), key: "", act: Callback::new(move |()| hands.ask_move(id, to, &title)) }
        })
        .collect();
    if may_edit {
        let task = view.task.clone();
        let edit = Callback::new(move |()| hands.ask_edit(&task));
        items.push(MenuItem { icon: "pencil", words: "Edit…".to_owned(), key: "", act: edit });
        let share = Callback::new(move |()| hands.sharing.set(Some(id)));
        if uses(ProductFeature::ShareLinks) {
            items.push(MenuItem { icon: "link", words: "Share by link…".to_owned(), key: "", act: share });
        }
    }
    items
}

impl TaskActions {
    fn open(self, about: TaskDialogSubject, asking: DialogQuestion) {
        self.sheet.forget_error();
        self.about.set(about);
        self.asking.set(Some(asking));
    }

    fn ask_new(self) {
        let asking = DialogQuestion {
            title: "Add a task".to_owned(),
            form: small_form(fields(true)),
            answers: Answers::default(),
            confirm: "Add task".to_owned(),
            working: "Adding".to_owned(),
            danger: false,
        };
        self.open(TaskDialogSubject::New, asking);
    }

    fn ask_edit(self, task: &Task) {
        let mut answers = Answers::default();
        answers.set("title", json!(task.title));
        answers.set("description", json!(task.description));
        if let Some(person) = &task.assignee {
            answers.set("assignee", json!({ "id": person.id, "name": person.name }));
        }
        if let Some(due) = task.due {
            answers.set("due", json!(due.to_string()));
        }
        let asking = DialogQuestion {
            title: "Edit the task".to_owned(),
            form: small_form(fields(false)),
            answers,
            confirm: "Save task".to_owned(),
            working: "Saving".to_owned(),
            danger: false,
        };
        self.open(TaskDialogSubject::Edit(task.id), asking);
    }

    /// What needs no words is done at once.
    fn ask_move(self, id: TaskId, to: TaskStatus, title: &str) {
        let (heading, label, confirm) = match to {
            TaskStatus::Open | TaskStatus::InProgress => {
                let said = if to == TaskStatus::Open { "Task opened again" } else { "Task started" };
                self.sheet.act("task", said, async move { change_task(id, to, String::new()).await.map(Some) }, |_| {});
                return;
            }
            TaskStatus::Done => (format!("“{title}” is done"), "What came of it (optional)", "Mark done"),
            TaskStatus::Cancelled => (format!("Cancel “{title}”?"), "Why (optional)", "Cancel the task"),
        };
        let asking = DialogQuestion {
            title: heading,
            form: small_form(vec![field("notes", "textarea", label, false)]),
            answers: Answers::default(),
            confirm: confirm.to_owned(),
            working: "Saving".to_owned(),
            danger: to == TaskStatus::Cancelled,
        };
        self.open(TaskDialogSubject::Move(id, to), asking);
    }

    fn done(self, answers: &Answers) {
        let asking = self.asking;
        let close = move |fine: bool| {
            if fine {
                asking.try_set(None);
            }
        };
        let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let draft = TaskDraft {
            title: text("title"),
            description: text("description"),
            assignee: answers.get("assignee").and_then(|picked| picked.get("id")?.as_str()?.parse().ok()),
            due: answers.get("due").and_then(|due| due.as_str()?.parse().ok()),
            required: answers.get("required").and_then(Value::as_bool).unwrap_or_default(),
        };
        let number = self.sheet.number();
        match self.about.get_untracked() {
            TaskDialogSubject::Nothing => {}
            TaskDialogSubject::New => self.sheet.act("task", "Task added", async move { add_task(number, draft).await.map(Some) }, close),
            TaskDialogSubject::Edit(id) => self.sheet.act("task", "Task saved", async move { edit_task(id, draft).await.map(Some) }, close),
            TaskDialogSubject::Move(id, to) => {
                let notes = text("notes");
                let said = if to == TaskStatus::Done { "Task done" } else { "Task cancelled" };
                self.sheet.act("task", said, async move { change_task(id, to, notes).await.map(Some) }, close);
            }
        }
    }
}

fn fields(new: bool) -> Vec<domain::forms::Field> {
    let mut title = field("title", "text", "What is to be done", true);
    title.rules.max_length = Some(domain::requests::tasks::LONGEST_TITLE as u32);
    let mut fields = vec![
        title,
        field("description", "textarea", "Details", false),
        field("assignee", "user_picker", "Who does it", false),
        field("due", "date", "Due", false),
    ];
    if new {
        let mut required = field("required", "boolean", "The request waits for this task", false);
        required.hint = "It cannot be completed before the task is done or cancelled.".to_owned();
        fields.push(required);
    }
    fields
}
