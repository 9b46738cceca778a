internal import Mustache

/// The templates of a page, read once.
enum PageTemplates {
  /// All of them, by name.
  static let library: MustacheLibrary = {
    MustacheContentTypes.register(PageContent(), named: PageContent.name)
    var library = MustacheLibrary()
    let all = [
      "page": PageTemplates.page, "overview": PageTemplates.overview, "found": PageTemplates.found,
      "table": PageTemplates.table, "card": PageTemplates.card, "facts": PageTemplates.facts,
      "comparison": PageTemplates.comparison, "overlaps": PageTemplates.overlaps,
      "prediction": PageTemplates.prediction, "ending": PageTemplates.ending,
    ]
    for (name, text) in all {
      // A partial begins with the engine's own escaping again, so that each says what is ours.
      let template = "{{% CONTENT_TYPE:\(PageContent.name)}}\n" + text
      do {
        try library.register(template, named: name)
      } catch {
        preconditionFailure("the template '\(name)' cannot be read: \(error)")
      }
    }
    return library
  }()

  /// The page of `fields`.
  static func render(_ fields: [String: Any]) -> String {
    guard let page = library.render(fields, withTemplate: "page") else { preconditionFailure("there is no page") }
    return page
  }

  private static let page = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="{{policy}}">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="generator" content="{{madeBy}}">
    <link rel="icon" href="data:,">
    <title>{{title}} – segments</title>
    <style>
    {{{style}}}</style>
    </head>
    <body>
    <a class="skip" href="#main">Skip to content</a>
    <header class="top">
    <div>
    <h1><bdi>{{title}}</bdi></h1>
    <p class="quiet">{{subtitle}}</p>
    </div>
    <button id="theme" type="button" hidden>Dark</button>
    </header>
    <nav class="contents" aria-label="Contents"><ul>
    {{#contents}}
    <li><a href="#{{anchor}}">{{heading}}</a></li>
    {{/contents}}
    </ul></nav>
    <main id="main" tabindex="-1">
    {{> overview}}
    {{> found}}
    {{#hasCards}}
    <section id="segments" aria-labelledby="segments-title">
    <h2 id="segments-title">Segments</h2>
    <p class="quiet">Every statement unfolds to the numbers that it rests on.</p>
    {{#cards}}
    {{> card}}
    {{/cards}}
    </section>
    {{/hasCards}}
    {{#comparison}}
    {{> comparison}}
    {{/comparison}}
    {{#overlaps}}
    {{> overlaps}}
    {{/overlaps}}
    {{#hasPredictions}}
    <section id="predictions" aria-labelledby="predictions-title">
    <h2 id="predictions-title">What they will do</h2>
    {{#predictions}}
    {{> prediction}}
    {{/predictions}}
    </section>
    {{/hasPredictions}}
    {{> ending}}
    </main>
    <footer><p>{{madeBy}}. No customer is in this file: counts under {{least}} and what would give them away are left \
    out.</p></footer>
    <script>{{{script}}}</script>
    </body>
    </html>

    """

  private static let overview = """
    <section id="overview" aria-labelledby="overview-title">
    <h2 id="overview-title">Overview</h2>
    <dl class="figures">
    {{#figures}}
    <div><dt>{{name}}</dt><dd>{{value}}{{#detail}}<small>{{.}}</small>{{/detail}}</dd></div>
    {{/figures}}
    </dl>
    <figure>
    {{{icicle}}}
    <figcaption>Each segment is as high as it has {{unit}}.{{#shading}} The stronger the colour, {{.}}:
    <span class="legend" aria-hidden="true"><i class="s0"></i><i class="s1"></i><i class="s2"></i><i class="s3"></i>\
    <i class="s4"></i></span>{{/shading}}</figcaption>
    </figure>
    <div class="tools" id="tools" hidden>
    <label>Search <input id="search" type="search" autocomplete="off" spellcheck="false"></label>
    <output id="found-count" for="search"></output>
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of segments">
    <table id="segments-table">
    <thead><tr>{{#heads}}<th scope="col"{{#isNumber}} class="n"{{/isNumber}}>{{head}}</th>{{/heads}}</tr></thead>
    <tbody>
    {{#lines}}
    <tr class="{{kind}}" data-card="{{anchor}}" data-text="{{searched}}">\
    <th scope="row" class="name" data-value="{{name}}">\
    {{#hasCards}}<a href="#{{anchor}}"><bdi>{{name}}</bdi></a>{{/hasCards}}\
    {{^hasCards}}<bdi>{{name}}</bdi>{{/hasCards}}</th>\
    {{#cells}}<td{{#isNumber}} class="n"{{/isNumber}} data-value="{{sorted}}">{{text}}</td>{{/cells}}</tr>
    {{/lines}}
    </tbody>
    </table>
    </div>
    {{#hasCriteria}}
    <details><summary>What attractiveness is made of</summary>
    {{#criteria}}
    {{> table}}
    {{/criteria}}
    </details>
    {{/hasCriteria}}
    </section>

    """

  private static let found = """
    <section id="found" aria-labelledby="found-title">
    <h2 id="found-title">How the segments were found</h2>
    {{#sentences}}
    <p>{{.}}</p>
    {{/sentences}}
    {{#hasNodes}}
    <details><summary>The reason for every division</summary>
    {{#nodes}}
    {{> table}}
    {{/nodes}}
    </details>
    {{/hasNodes}}
    {{#tried}}
    {{> table}}
    {{/tried}}
    </section>

    """

  private static let table = """
    <div class="scroll" tabindex="0" role="region" aria-label="{{caption}}">
    <table>
    <caption>{{caption}}</caption>
    <thead><tr>{{#columns}}<th scope="col"{{#isNumber}} class="n"{{/isNumber}}>{{column}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr><th scope="row" class="{{firstKind}}">{{first}}</th>{{#rest}}<td class="{{kind}}">{{text}}</td>{{/rest}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>

    """

  private static let ending = """
    {{#values}}
    <section id="value" aria-labelledby="value-title">
    <h2 id="value-title">What they may spend</h2>
    <p>{{horizon}}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Expected spend by segment">
    <table>
    <thead><tr><th scope="col">segment</th><th scope="col" class="n">expected</th><th scope="col" class="n">80% range\
    </th><th scope="col">from 0 to the greatest</th></tr></thead>
    <tbody>
    {{#ranges}}
    <tr><th scope="row"><bdi>{{name}}</bdi></th><td class="n">{{expected}}</td><td class="n">{{range}}</td>\
    <td class="plot">{{{plot}}}</td></tr>
    {{/ranges}}
    </tbody>
    </table>
    </div>
    </section>
    {{/values}}
    <section id="quality" aria-labelledby="quality-title">
    <h2 id="quality-title">Data quality</h2>
    {{#sources}}
    {{> table}}
    {{/sources}}
    {{#hasNotes}}
    <ul>
    {{#notes}}
    <li>{{.}}</li>
    {{/notes}}
    </ul>
    {{/hasNotes}}
    {{^hasNotes}}
    <p>Nothing odd was found.</p>
    {{/hasNotes}}
    </section>
    <section id="method" aria-labelledby="method-title">
    <h2 id="method-title">Method</h2>
    {{#explanations}}
    <p>{{.}}</p>
    {{/explanations}}
    {{#groups}}
    <h3>{{group}}</h3>
    <dl class="settings">
    {{#settings}}
    <dt>{{name}}</dt><dd>{{value}}</dd>
    {{/settings}}
    </dl>
    {{/groups}}
    </section>

    """
}
