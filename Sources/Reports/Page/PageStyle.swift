/// How a page looks.
enum PageStyle {
  /// The style sheet.
  static var text: String { Palette.style + layout + tables + cards + charts + print }

  private static let layout = """
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);
      font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
    a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:1px}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-100vw}
    .skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem;z-index:2}
    header.top,main,footer,nav.contents{max-width:75rem;margin:0 auto;padding:0 1.25rem}
    header.top{padding-top:1.6rem;display:flex;gap:1rem;align-items:flex-start;justify-content:space-between}
    h1{font-size:1.75rem;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.01em}
    h2{font-size:1.3rem;line-height:1.25;margin:2.6rem 0 .5rem;font-weight:640;letter-spacing:-.005em}
    h3{font-size:1.08rem;line-height:1.3;margin:1.4rem 0 .3rem;font-weight:640}
    h4{font-size:.82rem;line-height:1.3;margin:0 0 .35rem;font-weight:640;color:var(--quiet)}
    p{margin:.3rem 0 .6rem;max-width:48rem}
    ul{margin:.2rem 0 .6rem;padding-left:1.1rem}
    .quiet,.fine{color:var(--quiet)}
    .fine{font-size:.86rem}
    nav.contents{margin-top:.9rem}
    nav.contents ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;padding:.5rem 0;margin:0;
      border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
    nav.contents a{text-decoration:none;display:inline-block;padding:.15rem 0}
    nav.contents a:hover{text-decoration:underline}
    button,select,input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--edge);
      border-radius:5px;padding:.3rem .6rem;max-width:100%}
    button{cursor:pointer;white-space:nowrap;flex:none}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0 1.2rem}
    .figures div{background:var(--card);border:1px solid var(--line);border-radius:7px;padding:.55rem .8rem}
    .figures dt{color:var(--quiet);font-size:.82rem}
    .figures dd{margin:0;font-size:1.3rem;font-weight:620;font-variant-numeric:tabular-nums;line-height:1.25}
    .figures dd small{font-size:.82rem;font-weight:400;color:var(--quiet);display:block}
    figure{margin:0 0 1rem}
    figcaption{font-size:.86rem;color:var(--quiet);margin:.35rem 0}
    .legend{display:inline-flex;gap:2px;vertical-align:-2px;margin:0 .3rem}
    .legend i{width:1.3rem;height:.8rem;display:inline-block}
    footer{padding-top:2rem;padding-bottom:3rem;color:var(--quiet);font-size:.86rem}
    [hidden]{display:none!important}

    """

  private static let tables = """
    .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:7px;margin:.4rem 0 1rem}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92rem}
    caption{text-align:left;padding:.5rem .7rem;color:var(--quiet);font-size:.86rem}
    th,td{text-align:left;padding:.32rem .7rem;border-top:1px solid var(--line);vertical-align:top}
    thead th{border-top:0;font-weight:600;color:var(--quiet);font-size:.84rem;vertical-align:bottom;
      white-space:nowrap;overflow-wrap:normal}
    tbody th{font-weight:400;min-width:9rem}
    tbody th.n{min-width:0}
    th.name{min-width:11.5rem}
    td.n,th.n{text-align:right;white-space:nowrap}
    td.wide{min-width:15rem}
    td.plot{min-width:9rem;width:30%}
    tr.macro th,tr.macro td{font-weight:620;background:var(--sunk)}
    tr.micro th.name{padding-left:1.5rem}
    th button{all:unset;cursor:pointer;color:inherit}
    th button:focus-visible{outline:2px solid var(--link)}
    th[aria-sort=ascending] button::after{content:" ↑"}
    th[aria-sort=descending] button::after{content:" ↓"}
    .tools{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.4rem 0}
    .tools label{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;max-width:100%}
    .tools select{width:22rem}
    .matrix td{text-align:right;padding:.2rem .45rem}
    .matrix tbody th,.matrix thead th{padding:.2rem .45rem;white-space:nowrap}
    .bar{display:inline-block;height:.55rem;background:var(--own);border-radius:1px;vertical-align:baseline}

    """

  private static let cards = """
    article{background:var(--card);border:1px solid var(--line);border-radius:9px;padding:1rem 1.15rem 1.1rem;
      margin:0 0 1rem;content-visibility:auto;contain-intrinsic-size:auto 46rem;scroll-margin-top:.6rem}
    article.macro{border-left:4px solid var(--own)}
    article>header{margin-bottom:.8rem}
    article h3{margin:0;font-size:1.2rem}
    article header .path{color:var(--quiet);font-size:.84rem}
    article .says{font-size:1.02rem;margin:.25rem 0 .5rem;max-width:56rem}
    .stats{display:flex;flex-wrap:wrap;gap:.15rem 1.3rem;margin:.5rem 0 0;font-variant-numeric:tabular-nums}
    .stats div{display:flex;gap:.4rem}
    .stats dt{color:var(--quiet)}
    .stats dd{margin:0;font-weight:600}
    .columns{display:grid;grid-template-columns:minmax(0,1.12fr) minmax(0,1fr);gap:1.1rem 2rem}
    .columns section{margin-bottom:1rem}
    details>summary{cursor:pointer;min-height:1.6rem}
    .facts{list-style:none;padding:0;margin:0}
    .facts li{margin:0;padding:.08rem 0}
    .facts summary{list-style:none;display:inline-block;min-height:1.6rem}
    .facts summary::-webkit-details-marker{display:none}
    .facts summary::after{content:" ▸";color:var(--quiet);font-size:.75em}
    .facts details[open]>summary::after{content:" ▾"}
    .facts summary:hover{color:var(--link)}
    .proof{color:var(--quiet);font-size:.88rem;margin:.05rem 0 .35rem;padding-left:.7rem;
      border-left:2px solid var(--line);max-width:none}
    .facts.traits summary{display:grid;grid-template-columns:minmax(0,1fr) minmax(5rem,9.5rem);gap:.8rem;
      align-items:center}
    .facts.traits summary::after{content:none}
    .facts.traits .words::after{content:" ▸";color:var(--quiet);font-size:.75em}
    .strips{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.1fr);gap:.15rem .8rem;align-items:center;
      margin:0}
    .strips dt{font-size:.9rem}
    .strips dd{margin:0}
    .actions{margin:0;padding-left:1.1rem}
    .actions li{margin-bottom:.4rem}
    .people{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.5rem;list-style:none;padding:0}
    .people li{background:var(--sunk);border-radius:6px;padding:.4rem .6rem;font-size:.88rem}
    code,pre{font:.86rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    pre{white-space:pre-wrap;background:var(--sunk);border-radius:6px;padding:.5rem .7rem;margin:.3rem 0}
    .note{background:var(--mark);border-radius:6px;padding:.35rem .7rem}
    .pair{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}
    .pair figure{flex:0 1 300px}
    .pair .scroll{flex:1 1 22rem}
    .settings{display:grid;grid-template-columns:minmax(8rem,16rem) minmax(0,1fr);gap:.15rem 1rem;margin:.2rem 0 1rem}
    .settings dt{color:var(--quiet)}
    .settings dd{margin:0}
    @media (max-width:46rem){
      header.top,main,footer,nav.contents{padding-left:.9rem;padding-right:.9rem}
      .columns{grid-template-columns:minmax(0,1fr);gap:.2rem}
      .facts.traits summary{grid-template-columns:minmax(0,1fr) 5.2rem}
      article{padding:.85rem .9rem;contain-intrinsic-size:auto 70rem}
      h1{font-size:1.45rem}
      .settings{grid-template-columns:minmax(0,1fr)}
      .settings dd{margin-bottom:.4rem}
      .tools select{width:100%}
    }

    """

  private static let charts = """
    svg{display:block;max-width:100%}
    svg.curve{height:auto}
    svg text{font-size:12.5px;fill:var(--ink)}
    svg text.fine{font-size:11.5px}
    svg text.tick{font-size:11px;fill:var(--quiet)}
    .root{fill:var(--sunk)}
    .s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}
    i.s0{background:var(--s0)}i.s1{background:var(--s1)}i.s2{background:var(--s2)}
    i.s3{background:var(--s3)}i.s4{background:var(--s4)}
    svg text.t0{fill:var(--t0)}svg text.t1{fill:var(--t1)}svg text.t2{fill:var(--t2)}
    svg text.t3{fill:var(--t3)}svg text.t4{fill:var(--t4)}
    .icicle svg[data-card]:hover rect{stroke:var(--ink);stroke-width:2}
    .track,.all{fill:var(--all)}
    .more,.own,.dot{fill:var(--own)}
    .less,.other{fill:var(--less)}
    .strip .own+.zero+.dot{fill:var(--card);stroke:var(--own);stroke-width:2}
    .zero{stroke:var(--edge);stroke-width:1.5}
    .axis,.grid{stroke:var(--line)}
    .interval{stroke:var(--ink);stroke-width:1.5}
    .predicted{stroke:var(--less);stroke-width:2.5}
    .reference{stroke:var(--edge);stroke-dasharray:4 4}
    polyline.curve{fill:none;stroke:var(--own);stroke-width:2}
    .effect,.strip,.rate{overflow:visible}

    """

  private static let print = """
    @media print{
      body{font-size:10pt}
      article{content-visibility:visible;break-inside:avoid-page;border-color:#bbb}
      details::details-content{content-visibility:visible;display:block;height:auto}
      nav.contents,.tools,.skip,#theme,#compare{display:none}
      .scroll{overflow:visible}
      a{color:inherit;text-decoration:none}
      *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    }

    """
}
