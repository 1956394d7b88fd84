//! Templates of administrators: what they are for, and what they must not do to the process.

use super::*;
use std::process::Command;

fn data() -> Value {
    json!({
        "number": "IT-7F3K",
        "item": {"key": "vpn", "name": "VPN <access> & \"more\""},
        "requester": {"name": "Hana"},
        "answers": [{"key": "s", "title": "S", "answers": [{"key": "why", "label": "Why", "text": "a < b", "value": "a < b"}]}],
    })
}

fn made(source: &str, escape: TemplateEscape) -> String {
    render(source, escape, "request.dispatched", &data()).unwrap()
}

#[test]
fn placeholders_of_older_systems_keep_working() {
    assert_eq!(made("New: {form_name} ({number})", TemplateEscape::None), "New: VPN <access> & \"more\" (IT-7F3K)");
    assert_eq!(made("{{ form_name }}{% if number %}!{% endif %}", TemplateEscape::None), "VPN <access> & \"more\"!");
    assert_eq!(made("{unknown} {answers.why} {", TemplateEscape::None), "{unknown} a < b {");
    assert_eq!(made(r#"{"n": {{ number }}, "o": {"p": 1}}"#, TemplateEscape::Json), r#"{"n": "IT-7F3K", "o": {"p": 1}}"#);
}

#[test]
fn data_is_escaped_for_where_it_goes() {
    assert_eq!(made("<b>{{ answers.why }}</b>", TemplateEscape::Html), "<b>a &lt; b</b>");
    assert_eq!(made("*{{ item.name }}* {{ answers.none }}", TemplateEscape::Slack), "*VPN &lt;access&gt; &amp; \"more\"* ");
    let json = made(r#"{"title": {{ item.name }}, "gone": {{ answers.none }}, "all": {{ sections }}}"#, TemplateEscape::Json);
    let read: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["title"], data()["item"]["name"]);
    assert_eq!((&read["gone"], &read["all"][0]["answers"][0]["text"]), (&Value::Null, &json!("a < b")));
}

#[test]
fn what_does_not_exist_is_said_at_save() {
    let keys: BTreeSet<String> = ["why".to_owned()].into();
    assert_eq!(check("{{ number }} {{ answers.why }} {% for s in sections %}{{ s.title }}{% endfor %}", Some(&keys)), Ok(()));
    assert!(check("{{ nubmer }}", None).unwrap_err().starts_with("“nubmer” is not known."));
    assert!(check("{{ requester.mail }}", None).unwrap_err().contains("requester.mail"));
    assert!(check("{{ answers.when }}", Some(&keys)).unwrap_err().contains("answers.when"));
    assert!(check("a\n{{ number", None).unwrap_err().contains("line 2"));
    assert!(check(&"x".repeat(LONGEST + 1), None).is_err());
}

/// The words a template of an administrator is likely to use.
#[test]
fn what_templates_are_for_works() {
    for (source, text) in [
        (
            "{{ number | lower }} {{ requester.name | upper }} {{ 'ada LOVELACE' | title }} {{ 'aDA' | capitalize }}",
            "it-7f3k HANA Ada Lovelace Ada",
        ),
        ("{% for s in sections %}{{ loop.index }}/{{ loop.length }} {{ s.title }}{% if not loop.last %}, {% endif %}{% endfor %}", "1/1 S"),
        ("{% for s in sections if s.title == 'no' %}x{% else %}none{% endfor %}", "none"),
        ("{% for k, v in {'a': 1, 'b': 2} | items %}{{ k }}={{ v }};{% endfor %}", "a=1;b=2;"),
        ("{% set name = requester.name ~ '!' %}{{ name }}{% with x = 1 + 2 * 3 %} {{ x }}{% endwith %}", "Hana! 7"),
        ("{% set text %}<{{ number }}>{% endset %}{{ text }}", "<IT-7F3K>"),
        (
            "{{ answers.gone | default('nothing') }} {{ answers.why | default('nothing') }} {{ '' | d('empty', true) }}",
            "nothing a < b empty",
        ),
        (
            "{{ sections | map(attribute='title') | join(', ') }} {{ sections | length }} {{ sections[0].answers | first | length }}",
            "S 1 4",
        ),
        (
            "{{ '  a  ' | trim }} {{ 'a-b' | replace('-', '+') }} {{ 'a,b' | split(',') | last }} {{ 'abc'[:2] }} {{ [1, 2, 3][-1] }}",
            "a a+b b ab 3",
        ),
        (
            "{{ 'yes' if requester.name is defined and 'an' in requester.name else 'no' }} {{ 3 is odd }} {{ number is string }}",
            "yes true true",
        ),
        (
            "{{ 'a\nb' | indent(2, true) }} {{ '3.26' | float | round(1) }} {{ '7' | int + 1 }} {{ 1 < 2 <= 2 }} {{ 7 // 2 }} {{ -3 }}",
            "  a\n  b 3.3 8 true 3 -3",
        ),
        ("{{ {'a': [1]} | tojson }} {% for n in range(3) %}{{ n }}{% endfor %}{# said to nobody #}", "{\"a\":[1]} 012"),
        ("{% raw %}{{ number }}{% endraw %} {{- number -}} !", "{{ number }}IT-7F3K!"),
    ] {
        assert_eq!(check(source, None), Ok(()), "{source}");
        assert_eq!(made(source, TemplateEscape::None), text, "{source}");
    }
    assert_eq!(made("{{ '<b>' | safe }}{{ '<b>' }}{{ '<b>' | e }}", TemplateEscape::Html), "<b>&lt;b&gt;&lt;b&gt;");
}

/// What an administrator could write to take the process with it. Each is refused when it is saved, or ends soon and small.
fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        "{{ sections|tojson(indent=1500000000) }}",
        "{{ sections|tojson(1500000000) }}",
        "{{ number|indent(1500000000, true) }}",
        "{{ [1] * 100000000 }}",
        "{{ 100000000 * [1] }}",
        "{{ 'x' * 100000000 }}",
        "{{ ('x' * 90000000)|length }}",
        "{{ 7 in [1] * 100000000 }}",
        "{{ [1] * 100000000 == [1] * 100000000 }}",
        "{{ range(100000000)|length }}",
        "{{ range(-900000000, 900000000)|sum }}",
        "{{ range(0, 100000000, 1)|join(',') }}",
        "{{ [[1]]|sum(start=[]) }}",
        "{{ sections|sum(start=[]) }}",
        "{{ 'x'|center(1500000000) }}",
        "{{ '%1500000000d'|format(1) }}",
        "{{ 'x'|format(1, 2) }}",
        "{{ sections|batch(1500000000, 'x') }}",
        "{{ sections|slice(1500000000) }}",
        "{{ sections|chain(sections)|list }}",
        "{{ sections|zip(sections)|list }}",
        "{{ sections|sort|unique|list }}",
        "{{ sections|groupby('title') }}",
        "{{ sections|pprint }}",
        "{{ number|urlencode }}",
        "{{ 2 ** 4000000000 }}",
        "{{ 9223372036854775807 * 9223372036854775807 * 1e300 }}",
        "{{ 1e400 }}",
        "{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m(number) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% call number() %}x{% endcall %}",
        "{% include 'template' %}",
        "{% import 'template' as t %}{% extends 'template' %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% for a in sections recursive %}{{ loop(sections) }}{% endfor %}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% if sections == sections|list %}{% endif %}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{{ (sections|tojson)[:0] }}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{{ 'zz' in (sections|tojson) }}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{{ sections }}{% endfor %}",
        "{% set ns = namespace(x='x') %}{% for a in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set x = dict(a=1) %}{{ x }}",
        "{{ (sections|tojson)|replace('', sections|tojson)|length }}",
        "{{ (sections|tojson)|replace('a', sections|tojson)|length }}",
        "{{ ((sections|tojson)|split('a')|join(sections|tojson))|length }}",
        "{{ (sections|tojson)|split('')|length }}",
        "{{ (sections|tojson)|list|reverse|list }}",
        "{{ sections|map('tojson')|join }}",
        "{{ sections|map(attribute='answers')|map(attribute='answers')|list }}",
        "{{ sections[::-1] }}{{ sections[::1] }}{{ (sections|tojson)[9223372036854775807:] }}{{ sections[-9223372036854775807] }}",
        "{{ number|round(4000000000) }}{{ 1.5|round(-4000000000) }}",
        "{{ debug() }}{{ lipsum() }}{{ joiner() }}{{ cycler(1) }}",
        "{{ loop.cycle(1, 2) }}{{ number.upper() }}{{ sections.append(sections) }}",
        "{% do sections.append(1) %}",
        "{% autoescape false %}{{ number }}{% endautoescape %}{% filter upper %}x{% endfilter %}",
        "{{ range(*sections) }}{{ range(**sections) }}",
    ]
    .map(str::to_owned)
    .into();
    let much = |one: &str| one.repeat((LONGEST - 100) / one.len());
    all.push(format!("{{% set x = number %}}{}{{{{ x }}}}", much("{% set x = x ~ x %}")));
    all.push(format!("{{% set x = number %}}{}{{{{ x }}}}", much("{% set x = x + x %}")));
    all.push(format!("{{% set x = [number] %}}{}{{{{ x }}}}", much("{% set x = [x, x] %}")));
    all.push(format!("{{% set x = [number] %}}{}{{{{ x }}}}", much("{% set x = {'a': x} %}")));
    all.push(format!("{{% set x = 'a' %}}{}{{{{ x }}}}", much("{% set x = x|replace('a', 'aaaa') %}")));
    all.push(format!("{{{{ sections{} }}}}", much("~sections")));
    all.push(format!("{{{{ sections{} }}}}", much("|e")));
    all.push(format!("{{{{ sections{} }}}}", much(".a")));
    all.push(format!("{{{{ {}number }}}}", much("not ")));
    all.push(format!("{{{{ {}1 }}}}", much("-")));
    all.push(format!("{{{{ {} }}}}", much("(")));
    all.push(format!("{{{{ {} }}}}", much("[")));
    all.push(format!("{{{{ {}1{} }}}}", "[".repeat(140), "]".repeat(140)));
    all.push(format!("{{% if number %}}{}{{% endif %}}", much("{% elif number %}x")));
    all.push(format!("{}x{}", "{% if number %}".repeat(600), "{% endif %}".repeat(600)));
    all.push(much("{{ sections }}"));
    all.push(much("{{ sections|tojson(8) }}"));
    all.push(much("{% set a = sections|list %}"));
    all.push(much("{% if sections|list == sections %}{% endif %}"));
    all.push(much("{"));
    all.push(much("{{"));
    all.push(much("{% "));
    all
}

/// Some 4 MB of answers.
fn large() -> Value {
    let answer = |n: usize| json!({"key": format!("k{n}"), "label": "Why", "text": "a <b> ".repeat(170), "value": "a <b> ".repeat(170)});
    let section = |n: usize| json!({"key": format!("s{n}"), "title": "S", "answers": (0..40).map(answer).collect::<Vec<_>>()});
    let mut data = data();
    data["answers"] = json!((0..50).map(section).collect::<Vec<_>>());
    data
}

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "needs a process with little memory"]
fn hostile_templates_in_little_memory() {
    let (small, large) = (data(), large());
    let mut refused = 0;
    for source in hostile() {
        for data in [&small, &large] {
            for escape in [TemplateEscape::None, TemplateEscape::Html, TemplateEscape::Slack, TemplateEscape::Json] {
                match render(&source, escape, "e", data) {
                    Ok(made) => assert!(made.len() <= LONGEST_RESULT, "{source}"),
                    Err(sentence) => assert!(sentence.starts_with("The template ") && sentence.ends_with('.'), "{sentence}"),
                }
            }
        }
        refused += u32::from(check(&source, None).is_err());
    }
    println!("{refused} of {} hostile templates are refused when they are saved", hostile().len());
}

#[test]
fn hostile_templates_end_soon_and_take_little_memory() {
    assert!(hostile().len() > 70);
    let this = std::env::current_exe().unwrap();
    // A gigabyte of addresses for everything, the program itself included: an allocation of one ends it.
    let script = "ulimit -v 1000000; exec \"$0\" --exact --ignored --nocapture --test-threads 1 templates::tests::hostile_templates_in_little_memory";
    let done = Command::new("sh").arg("-c").arg(script).arg(this).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("1 passed"), "{}\n{told}\n{}", done.status, String::from_utf8_lossy(&done.stderr));
}

#[test]
fn what_does_not_exist_here_is_said_with_what_does() {
    for (source, part) in [
        ("{{ number|center(80) }}", "“center” is not a filter. The filters are abs, "),
        ("a\n{{ number|sum }}", "in line 2"),
        ("{{ number is filter('x') }}", "“filter” is not a test. The tests are defined, "),
        ("{{ dict(a=1) }}", "nothing can be called here but range(…)"),
        ("{{ 2 ** 3 }}", "“**” is not supported"),
    ] {
        let sentence = check(source, None).unwrap_err();
        assert!(sentence.contains(part), "{sentence}");
    }
    let sentence = render("{{ sections|tojson(indent=1500000000) }}", TemplateEscape::None, "e", &data()).unwrap_err();
    assert_eq!(sentence, "The template cannot be used, in line 1: indent is a number up to 40.");
    let sentence = render(
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
        TemplateEscape::None,
        "e",
        &data(),
    );
    assert_eq!(
        sentence.unwrap_err(),
        "The template cannot be used, in line 1: it takes too much work. Repeat less, or list fewer answers."
    );
}
