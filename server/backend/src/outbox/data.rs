//! What a delivery says of its request: the payload of webhooks, and the names that templates use.

use crate::Backend;
use crate::error::{Error, Result};
use crate::store::{form_versions, organizations, people, requests};
use crate::templates;
use chrono::{DateTime, Utc};
use domain::address::Address;
use domain::effect::NoticeEffect;
use domain::forms::Form;
use domain::id::OrganizationId;
use domain::notices::words;
use domain::people::OrganizationRef;
use domain::requests::Request;
use domain::requests::filing::answer_sections;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a request's answers are told with.
#[derive(Clone)]
pub(super) struct AnswerContext {
    /// The form it was filed with.
    pub form: Arc<Form>,
    /// The requester's address.
    pub email: String,
}

/// A request as other systems learn of it.
pub(super) async fn of(backend: &Backend, organization: &OrganizationRef, request: &Request) -> Result<Value> {
    let handle = backend.store().read(organization.id);
    let version = form_versions::find(&handle, &request.form_version).await?;
    let form = Arc::new(version.ok_or_else(|| Error::Damaged("its form version is gone".to_owned()))?);
    let email = people::email(&backend.store().platform(), request.requester.id).await?.unwrap_or_default();
    Ok(with(backend, organization, request, &AnswerContext { form, email }))
}

/// As `of`, with what was read before.
pub(super) fn with(backend: &Backend, organization: &OrganizationRef, request: &Request, answered: &AnswerContext) -> Value {
    let sections: Vec<Value> = answer_sections(&answered.form, &request.answers)
        .into_iter()
        .map(|section| {
            let answers: Vec<Value> = section
                .answers
                .into_iter()
                .map(|answer| {
                    let (key, times) = (answer.key.as_str(), &request.times);
                    // Who reads it may be anywhere: a time is a moment, with its zone.
                    let value = times.written(key).map(Value::String).or_else(|| request.answers.get(key).cloned());
                    let text = times.words(key).unwrap_or(answer.text);
                    json!({"key": key, "label": answer.label, "text": text, "value": value})
                })
                .collect();
            json!({"key": section.key, "title": section.title, "answers": answers})
        })
        .collect();
    json!({
        "number": request.number,
        "title": request.title,
        "item": {"key": request.item.key, "name": request.item.name, "category": request.item.category},
        "organization": {"key": organization.key, "name": organization.name},
        "requester": {"id": request.requester.id, "name": request.requester.name, "title": request.requester.title, "email": answered.email},
        "submitted_at": request.submitted_at,
        "form_version": request.form_version,
        "answers": sections,
        "link": format!("{}{}", backend.settings().public_url, Address::Request(&request.number)),
    })
}

/// An event of a request as those learn of it who subscribed to it: the request, and what happened. `docs/events.schema.json` says so.
pub(super) fn event(
    backend: &Backend,
    organization: &OrganizationRef,
    (request, notice): (&Request, &NoticeEffect),
    answered: &AnswerContext,
    at: DateTime<Utc>,
) -> Value {
    let mut data = with(backend, organization, request, answered);
    let text = if words::may_be_shared(&notice.event) { notice.text.as_str() } else { "" };
    data["status"] = json!(notice.status.unwrap_or(request.state.status));
    data["event"] = json!({
        "key": notice.event,
        "at": at,
        "by": notice.by.as_ref().map(|by| json!({"id": by.id, "name": by.name})),
        "text": text,
    });
    data
}

/// The data of a request by its docket number, or sample data when no number is given; None when there is no such request.
pub(crate) async fn sample(backend: &Backend, organization: OrganizationId, number: &str) -> Result<Option<Value>> {
    let found = organizations::find(&backend.store().platform(), organization).await?;
    let organization = found.ok_or_else(|| Error::failed("the caller's organization is gone"))?;
    if domain::text::is_blank_text(number) {
        let named = json!({"key": organization.key, "name": organization.name});
        return Ok(Some(templates::sample(&backend.settings().public_url, &named)));
    }
    let Some(number) = domain::requests::number::parse(number) else { return Ok(None) };
    match requests::by_number(&backend.store().read(organization.id), &number).await? {
        Some(request) => of(backend, &organization, &request).await.map(Some),
        None => Ok(None),
    }
}
