internal import Digests
internal import Foundation

/// What a page does by itself: theme, search, sort, comparison. Without it the page tells the same, but for comparisons of
/// one's own choice.
enum PageScript {
  static var text: String { "(function(){'use strict';\n" + theme + table + cards + comparison + printing + "})();" }

  /// The only script that a browser may run in the page, by its hash: even markup that slipped through would do nothing.
  static var policy: String {
    let hash = SHA256.digest(of: Data(text.utf8)).base64EncodedString()
    return
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-\(hash)'; base-uri 'none'; "
      + "form-action 'none'"
  }

  private static let theme = #"""
    var root=document.documentElement,toggle=document.getElementById('theme');
    function isDark(){var t=root.dataset.theme;
      return t?t==='dark':matchMedia('(prefers-color-scheme: dark)').matches;}
    function show(){toggle.textContent=isDark()?'Light':'Dark';
      toggle.setAttribute('aria-label',isDark()?'Switch to light colours':'Switch to dark colours');}
    try{var kept=localStorage.getItem('tessera-theme');if(kept==='dark'||kept==='light')root.dataset.theme=kept;}
    catch(e){}
    toggle.hidden=false;show();
    toggle.addEventListener('click',function(){root.dataset.theme=isDark()?'light':'dark';show();
      try{localStorage.setItem('tessera-theme',root.dataset.theme);}catch(e){}});

    """#

  private static let table = #"""
    var tree=document.querySelector('svg.icicle');
    if(tree)tree.addEventListener('click',function(event){
      var tile=event.target.closest('[data-card]');
      if(tile&&tile.dataset.card)location.hash=tile.dataset.card;});
    var tools=document.getElementById('tools'),body=document.querySelector('#segments-table tbody');
    if(body){
      tools.hidden=false;
      var rows=Array.prototype.slice.call(body.rows),search=document.getElementById('search'),
        found=document.getElementById('found-count');
      var texts=rows.map(function(row){return row.dataset.text.toLowerCase();});
      search.addEventListener('input',function(){
        var words=search.value.toLowerCase().split(/\s+/).filter(Boolean),count=0;
        rows.forEach(function(row,i){
          var fits=words.every(function(word){return texts[i].indexOf(word)>=0;});
          row.hidden=!fits;if(fits)count++;
          var card=document.getElementById(row.dataset.card);if(card)card.hidden=!fits;});
        found.textContent=words.length?count+' of '+rows.length:'';});
      var heads=Array.prototype.slice.call(document.querySelectorAll('#segments-table thead th'));
      heads.forEach(function(head,column){
        var button=document.createElement('button');button.textContent=head.textContent;
        head.textContent='';head.appendChild(button);
        button.addEventListener('click',function(){
          var down=head.getAttribute('aria-sort')!=='descending';
          if(!head.classList.contains('n'))down=head.getAttribute('aria-sort')==='ascending';
          heads.forEach(function(other){other.removeAttribute('aria-sort');});
          head.setAttribute('aria-sort',down?'descending':'ascending');
          var numeric=head.classList.contains('n');
          function key(row){var text=row.cells[column].dataset.value;
            return numeric?(text===''?-Infinity:+text):text.toLowerCase();}
          rows.slice().sort(function(a,b){var x=key(a),y=key(b);
            return (x<y?-1:x>y?1:rows.indexOf(a)-rows.indexOf(b))*(down&&x!==y?-1:1);})
            .forEach(function(row){body.appendChild(row);});});});
    }

    """#

  /// Many cards are text until they are needed, which browsers read in no time.
  private static let cards = #"""
    var waiting=Array.prototype.slice.call(document.querySelectorAll('article>noscript'));
    function build(holder){
      if(holder.parentNode){holder.insertAdjacentHTML('afterend',holder.textContent);holder.remove();}}
    function buildAll(){waiting.forEach(build);waiting=[];}
    if(waiting.length){
      var near=new IntersectionObserver(function(entries){entries.forEach(function(entry){
        if(!entry.isIntersecting)return;
        near.unobserve(entry.target);
        var holder=entry.target.querySelector('noscript');if(holder)build(holder);});},{rootMargin:'1500px'});
      waiting.forEach(function(holder){near.observe(holder.parentNode);});
      var later=window.requestIdleCallback||function(work){
        setTimeout(function(){work({timeRemaining:function(){return 0;}});},20);};
      var rest=function(idle){
        do{build(waiting.shift());}while(waiting.length&&idle.timeRemaining()>5);
        if(waiting.length)later(rest);};
      addEventListener('load',function(){if(waiting.length)later(rest);});
    }

    """#

  private static let comparison = #"""
    var source=document.getElementById('comparison-data'),target=document.querySelector('#comparison tbody');
    if(source&&target){
      var data=JSON.parse(source.textContent),one=document.getElementById('one'),other=document.getElementById('other');
      var space='http:'+'//www.w3.org/2000/svg';
      function draw(name,values,parent){var node=document.createElementNS(space,name);
        for(var key in values)node.setAttribute(key,values[key]);if(parent)parent.appendChild(node);return node;}
      function number(x){return x.toLocaleString('en-US',{maximumSignificantDigits:4});}
      function percent(x){return Math.round(x*100)+'%';}
      function cell(row,text,tag,kind){var node=document.createElement(tag||'td');node.textContent=text;
        if(kind)node.className=kind;if(tag==='th')node.scope='row';row.appendChild(node);return node;}
      data.paths.forEach(function(path,i){[one,other].forEach(function(list){
        var option=document.createElement('option');option.value=i;
        option.textContent=path+' '+data.names[i];list.appendChild(option);});});
      one.value=data.first[0];other.value=data.first[1];
      function strip(low,high,a,b,band){
        var svg=draw('svg',{'class':'chart strip',width:'100%',height:18,'aria-hidden':'true'});
        function place(x){return (high>low?Math.max(0,Math.min(1,(x-low)/(high-low))):0)*100;}
        draw('line',{'class':'axis',x1:'0',y1:9,x2:'100%',y2:9},svg);
        if(band)draw('rect',{'class':'all',x:place(band[0])+'%',y:3,height:12,
          width:Math.max(1,place(band[1])-place(band[0]))+'%'},svg);
        draw('circle',{'class':'dot',cx:place(a)+'%',cy:9,r:5},svg);
        draw('circle',{'class':'other',cx:place(b)+'%',cy:9,r:3.5},svg);return svg;}
      function fill(){
        var i=+one.value,j=+other.value,lines=[];
        document.getElementById('one-name').textContent=data.names[i];
        document.getElementById('other-name').textContent=data.names[j];
        data.numbers.forEach(function(item){var a=item.groups[i],b=item.groups[j],all=item.everyone;
          if(!a||!b)return;
          var low=Math.min(all[0],a[1],b[1]),high=Math.max(all[4],a[1],b[1]);
          lines.push([high>low?Math.abs(a[1]-b[1])/(high-low):0,item.feature,
            number(a[1])+' ('+number(a[0])+'–'+number(a[2])+')',number(b[1])+' ('+number(b[0])+'–'+number(b[2])+')',
            number(all[2]),low,high,a[1],b[1],[all[1],all[3]]]);});
        data.levels.forEach(function(item){var a=item.groups[i],b=item.groups[j];
          if(a==null||b==null)return;
          lines.push([Math.abs(a-b),item.feature+' = '+item.level,percent(a),percent(b),percent(item.everyone),
            0,1,a,b,null]);});
        lines.sort(function(x,y){return y[0]-x[0];});
        target.textContent='';
        lines.forEach(function(line){var row=document.createElement('tr');
          cell(row,line[1],'th');cell(row,line[2]);cell(row,line[3]);cell(row,line[4]);
          cell(row,'','td','plot').appendChild(strip(line[5],line[6],line[7],line[8],line[9]));
          target.appendChild(row);});
        document.getElementById('comparison-empty').hidden=lines.length>0;}
      document.getElementById('choice').hidden=false;
      one.addEventListener('change',fill);other.addEventListener('change',fill);
      // The page itself holds the first two already.
    }

    """#

  private static let printing = #"""
    var opened=[];
    addEventListener('beforeprint',function(){
      buildAll();
      opened=Array.prototype.slice.call(document.querySelectorAll('details:not([open])'));
      opened.forEach(function(item){item.open=true;});});
    addEventListener('afterprint',function(){opened.forEach(function(item){item.open=false;});});

    """#
}
