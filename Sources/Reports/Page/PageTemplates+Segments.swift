extension PageTemplates {
  /// One statement a line, each unfolding to its evidence.
  static let facts = """
    <ul class="facts">
    {{#facts}}
    <li><details><summary>{{words}}</summary><p class="proof">{{evidence}}</p></details></li>
    {{/facts}}
    </ul>

    """

  static let card = """
    <article id="{{anchor}}" class="{{kind}}" aria-labelledby="{{anchor}}-title">
    <header>
    <span class="path">{{place}}</span>
    <h3 id="{{anchor}}-title"><bdi>{{name}}</bdi></h3>
    {{#sentence}}
    <p class="says">{{.}}</p>
    {{/sentence}}
    {{#isSmall}}
    <p class="quiet">Fewer than {{least}} {{unit}}: nothing more is told, as it would be told of single ones.</p>
    {{/isSmall}}
    {{#remark}}
    <p class="note">{{.}}</p>
    {{/remark}}
    <dl class="stats">
    {{#stats}}
    <div><dt>{{stat}}</dt><dd>{{value}}</dd></div>
    {{/stats}}
    </dl>
    </header>
    {{#body}}
    {{#isLong}}<noscript>{{/isLong}}
    <div class="columns">
    <div>
    {{#hasTraits}}
    <section>
    <h4>What sets them apart (less ← everybody → more)</h4>
    <ul class="facts traits">
    {{#traits}}
    <li><details><summary><span class="words">{{words}}</span>{{{bar}}}</summary>\
    <p class="proof">{{evidence}}<br>{{effect}}</p></details></li>
    {{/traits}}
    </ul>
    </section>
    {{/hasTraits}}
    {{#hasStrips}}
    <section>
    <h4>Where the middle half of them stands (wide band: everybody)</h4>
    <dl class="strips">
    {{#strips}}
    <dt>{{feature}} <span class="quiet">{{median}}</span></dt><dd>{{{strip}}}</dd>
    {{/strips}}
    </dl>
    </section>
    {{/hasStrips}}
    {{#hasTypical}}
    <section>
    <h4>Typical, but not of them alone</h4>
    {{#typical}}
    {{> facts}}
    {{/typical}}
    </section>
    {{/hasTypical}}
    </div>
    <div>
    {{#hasActions}}
    <section>
    <h4>What to do</h4>
    <ol class="actions">
    {{#actions}}
    <li><details><summary><strong>{{headline}}</strong> {{what}}</summary><p class="proof">{{why}}</p></details>\
    {{#how}}<span class="fine">{{.}}</span>{{/how}}</li>
    {{/actions}}
    </ol>
    </section>
    {{/hasActions}}
    {{#topics}}
    <section>
    <h4>{{topic}}</h4>
    {{> facts}}
    </section>
    {{/topics}}
    {{#hasChances}}
    <section>
    <h4>What they will do</h4>
    <dl class="strips">
    {{#chances}}
    <dt>{{target}} <span class="quiet">{{percent}}</span></dt><dd>{{{plot}}}</dd>
    {{/chances}}
    </dl>
    </section>
    {{/hasChances}}
    {{#hasEffects}}
    <section>
    <h4>What treatments change (line: none; bar: everybody)</h4>
    <ul class="facts traits">
    {{#effects}}
    <li><details><summary><span class="words">{{target}} by <bdi>{{treatment}}</bdi>: {{uplift}}</span>{{{plot}}}\
    </summary><p class="proof">{{evidence}}</p></details></li>
    {{/effects}}
    </ul>
    </section>
    {{/hasEffects}}
    {{#hasNeighbours}}
    <section>
    <h4>Most alike, and what sets these apart</h4>
    {{#neighbours}}
    <details><summary><bdi>{{nextName}}</bdi> <span class="quiet">{{distance}}</span></summary>
    {{> facts}}
    <p class="fine"><a href="#{{nextAnchor}}">To their card</a></p>
    </details>
    {{/neighbours}}
    </section>
    {{/hasNeighbours}}
    {{#rule}}
    <section>
    <h4>As a rule</h4>
    <details><summary>{{ruleWords}}</summary><p class="proof">{{worth}}</p>
    <pre>{{sql}}</pre></details>
    </section>
    {{/rule}}
    {{#rests}}
    <section>
    <h4>What name and sentence rest on</h4>
    {{> facts}}
    </section>
    {{/rests}}
    </div>
    </div>
    {{#hasPeople}}
    <h4>Three invented {{unit}} like these</h4>
    <ul class="people">
    {{#people}}
    <li>{{.}}</li>
    {{/people}}
    </ul>
    {{/hasPeople}}
    {{#isLong}}</noscript>{{/isLong}}
    {{/body}}
    </article>

    """

  static let comparison = """
    <section id="compare" aria-labelledby="compare-title">
    <h2 id="compare-title">Compare two segments</h2>
    <div class="tools" id="choice" hidden>
    <label>Segment <select id="one"></select></label>
    <label>with <select id="other"></select></label>
    </div>
    <p class="fine">Numbers: median and, in brackets, the middle half; levels: shares. What differs most comes first.
    Filled band: the middle half of everybody.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Comparison of two segments">
    <table id="comparison">
    <thead><tr><th scope="col">feature</th><th scope="col"><bdi id="one-name">{{oneName}}</bdi></th>\
    <th scope="col"><bdi id="other-name">{{otherName}}</bdi></th><th scope="col">everybody</th>\
    <th scope="col">blue: the first, red: the second</th></tr></thead>
    <tbody>
    {{#compared}}
    <tr><th scope="row">{{feature}}</th><td>{{one}}</td><td>{{other}}</td><td>{{everyone}}</td>\
    <td class="plot">{{{plot}}}</td></tr>
    {{/compared}}
    </tbody>
    </table>
    </div>
    <p class="quiet" id="comparison-empty"{{#hasCompared}} hidden{{/hasCompared}}>Too few {{unit}} in one of them.</p>
    <script type="application/json" id="comparison-data">{{{data}}}</script>
    </section>

    """

  static let overlaps = """
    <section id="overlap" aria-labelledby="overlap-title">
    <h2 id="overlap-title">Overlap</h2>
    <p>{{overlapWords}}</p>
    {{#matrix}}
    <div class="scroll" tabindex="0" role="region" aria-label="Overlap of lists">
    <table class="matrix">
    <thead><tr><th scope="col">of these …</th>{{#names}}<th scope="col"><bdi>{{.}}</bdi></th>{{/names}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr><th scope="row"><bdi>{{list}}</bdi></th>{{#shares}}<td class="s{{shade}}" style="background:var(--s{{shade}});\
    color:var(--t{{shade}})">{{text}}</td>{{/shares}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    {{/matrix}}
    {{#pairs}}
    {{> table}}
    {{/pairs}}
    </section>

    """

  static let prediction = """
    <h3>{{target}}</h3>
    <p>{{meaning}} {{judged}}</p>
    <p class="fine">{{reason}}</p>
    <div class="pair">
    {{#quality}}
    {{> table}}
    {{/quality}}
    {{#reliability}}
    <figure>{{{.}}}<figcaption>Reliability: on the dashed line predictions are true.</figcaption></figure>
    {{/reliability}}
    {{#gain}}
    <figure>{{{.}}}<figcaption>Gain: how many of those who do it are among the best.</figcaption></figure>
    {{/gain}}
    </div>
    {{#lifts}}
    <details><summary>Lift, from the highest chances down</summary>
    {{> table}}
    </details>
    {{/lifts}}
    {{#hasReliabilities}}
    <div class="scroll" tabindex="0" role="region" aria-label="{{target}} by segment">
    <table>
    <caption>Predicted and observed, by segment (bar: predicted; dot: observed with its 95% interval)</caption>
    <thead><tr><th scope="col">segment</th><th scope="col" class="n">predicted</th><th scope="col" class="n">observed\
    </th><th scope="col">true?</th><th scope="col">from 0 to the greatest</th></tr></thead>
    <tbody>
    {{#reliabilities}}
    <tr><th scope="row"><bdi>{{name}}</bdi></th><td class="n">{{predicted}}</td><td class="n">{{observed}}</td>\
    <td>{{verdict}}</td><td class="plot">{{{plot}}}</td></tr>
    {{/reliabilities}}
    </tbody>
    </table>
    </div>
    {{/hasReliabilities}}
    {{#importances}}
    {{> table}}
    {{/importances}}

    """
}
