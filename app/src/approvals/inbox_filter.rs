//! What is shown of the inbox: words, one service, one group of due times. The address carries it, so that it can be sent and kept.

use super::desk::InboxDesk;
use super::inbox_list::InboxFilter;
use domain::address::Address;
use domain::approvals::bulk::DueGroup;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

const GROUPS: [(&str, DueGroup); 3] = [("overdue", DueGroup::Overdue), ("today", DueGroup::Today), ("later", DueGroup::Later)];

/// The filter of the present address.
pub fn use_filter() -> Memo<InboxFilter> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| InboxFilter {
            text: query.get("q").unwrap_or_default(),
            service: query.get("service").unwrap_or_default(),
            group: query.get("due").and_then(|due| GROUPS.iter().find(|(key, _)| *key == due).map(|(_, group)| *group)),
        })
    })
}

/// The address of a page of the inbox that shows this.
pub fn address(page: Address<'_>, filter: &InboxFilter) -> String {
    let group = filter.group.and_then(|group| GROUPS.iter().find(|(_, one)| *one == group)).map_or("", |(key, _)| key);
    page.with_query(&[("q", &filter.text), ("service", &filter.service), ("due", group)])
}

/// The line of filters over the list.
#[component]
pub fn FilterBar(desk: InboxDesk) -> impl IntoView {
    let navigate = use_navigate();
    let path = use_location().pathname;
    let set = Callback::new(move |filter: InboxFilter| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        let address = path.with_untracked(|path| address(Address::parse(path).unwrap_or(Address::Inbox), &filter));
        navigate(&address, options);
    });
    let now = desk.filter;
    let services = Memo::new(move |_| {
        desk.list.with(|list| {
            let mut services: Vec<String> = list.rows.iter().map(|row| row.data.item.clone()).collect();
            services.sort();
            services.dedup();
            services
        })
    });
    let typed = move |event: leptos::ev::Event| set.run(InboxFilter { text: event_target_value(&event), ..now.get_untracked() });
    let chosen = move |event: leptos::ev::Event| set.run(InboxFilter { service: event_target_value(&event), ..now.get_untracked() });
    let due = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        let group = GROUPS.iter().find(|(key, _)| *key == value).map(|(_, group)| *group);
        set.run(InboxFilter { group, ..now.get_untracked() });
    };
    let options = move || {
        let chosen = now.with(|filter| filter.service.clone());
        services.get().into_iter().map(|service| option(service.clone(), service.clone(), service == chosen)).collect_view()
    };
    let groups = move || {
        let chosen = now.with(|filter| filter.group);
        GROUPS.iter().map(|(key, group)| option((*key).to_owned(), group.label().to_owned(), chosen == Some(*group))).collect_view()
    };
    view! {
        <div class="inbox__filter">
            <input
                class="input input--sm"
                id="inbox-filter"
                type="search"
                aria-label="Filter this list"
                placeholder="Filter"
                prop:value=move || now.with(|filter| filter.text.clone())
                on:input=typed
            />
            <select class="select select--sm" aria-label="Service" on:change=chosen>
                <option value="">"Every service"</option>
                {options}
            </select>
            <select class="select select--sm" aria-label="Due" on:change=due>
                <option value="">"Any time"</option>
                {groups}
            </select>
        </div>
    }
    .into_any()
}

fn option(value: String, words: String, chosen: bool) -> AnyView {
    view! {
        <option value=value selected=chosen>
            {words}
        </option>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_the_filter() {
        assert_eq!(address(Address::Inbox, &InboxFilter::default()), "/inbox");
        let filter = InboxFilter { text: "Ruth & co".to_owned(), service: "VPN access".to_owned(), group: Some(DueGroup::Today) };
        assert_eq!(address(Address::Inbox, &filter), "/inbox?q=Ruth%20%26%20co&service=VPN%20access&due=today");
    }
}
