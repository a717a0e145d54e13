// The live page: the same pictures, growing while the run goes on.

const stale = new Set(); // ids of pictures that do not show the newest numbers yet
const inView = new Set(); // ids of sections that can be seen
const now = { done: 0, tokens: 0, seconds: 0 };
const title = document.title;
const MOST_TRIES = 120; // one a second
let waiting = false;
let lost = 0; // tries to connect since it went well

/** Takes in what is new; `news` as jada.adalora.report.LiveFeed writes it. */
function take(news) {
  Object.assign(now, { done: news.done, tokens: news.tokens, seconds: news.seconds });
  for (const [name, values] of Object.entries(news.curves)) {
    curves[name].push(...values);
  }
  run.lives?.t.push(...news.samples);
  for (const [triplet, sample] of news.turns) {
    run.lives.turns[triplet].push(sample);
  }
  news.ranks.forEach((rank, i) => (run.ranks[run.modules[i]] = rank));
  run.evaluations.push(...news.evaluations);
  shown.forEach((_, id) => stale.add(id));
  tell();
  refreshSoon();
}

/** Forgets everything: after a lost connection all of it comes again. */
function forget() {
  Object.values(curves).forEach((list) => (list.length = 0));
  run.evaluations.length = 0;
  if (run.lives) {
    run.lives.t.length = 0;
    run.lives.turns.forEach((of) => (of.length = 0));
  }
}

/**
 * Draws what has changed and can be seen, and then rests a hundred times as long as that took: the browser shares the processors with the
 * training.
 */
function refreshSoon(rest = 0) {
  if (waiting || document.hidden) {
    return;
  }
  waiting = true;
  setTimeout(() => requestAnimationFrame(() => {
    const begun = performance.now();
    const due = [...stale].filter((id) => inView.has(id));
    for (const id of due) {
      draw(id, true);
      stale.delete(id);
    }
    // A second look after the frame: what was drawn has been laid out and painted by then.
    requestAnimationFrame(() => {
      waiting = false;
      if (due.length > 0) {
        refreshSoon(Math.max(900, 100 * (performance.now() - begun)));
      }
    });
  }), rest);
}

/** The numbers of this moment. */
function tell() {
  const left = now.done > 0 ? (now.seconds / now.done) * (run.steps - now.done) : 0;
  const held = run.evaluations.at(-1);
  const average = trend(curves.loss, 0.95).at(-1);
  document.getElementById('progress').value = now.done;
  document.title = Math.floor((100 * now.done) / run.steps) + ' % – ' + title;
  const facts = [
    ['Step', fmt(now.done) + ' of ' + fmt(run.steps), now.done === run.steps ? 'all done' : 'about ' + duration(left) + ' of training left'],
    ['Average loss', fmt(average), 'of about the last 20 batches'],
    ['Held-out ' + (held?.metric ?? 'score'), held ? fmt(held.value) : '–', held ? 'after step ' + fmt(held.step) + ', loss ' + fmt(held.loss) : 'after each epoch'],
    ...(run.schedule ? [['Triplets alive', fmt(curves.alive.at(-1)), run.countsTriplets ? 'the target is ' + fmt(run.schedule.target) : '']] : []),
    ['Speed', now.seconds > 0 ? fmt(Math.round(now.tokens / now.seconds)) + ' tokens/s' : '–', now.done > 0 ? fmt(now.seconds / now.done) + ' s a step' : ''],
  ];
  document.getElementById('now').replaceChildren(...facts.map(([name, value, more]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value, element('small', {}, more)))));
}

/** Says what people with and without a screen reader should know at once; not for what changes every second. */
function say(...content) {
  document.getElementById('status').replaceChildren(...content);
}

/** The run is over: offers its report, which this page keeps, since there will be no server any more. */
async function finish(event) {
  const words = 'The run has ' + ({ finished: 'finished', interrupted: 'been interrupted', diverged: 'diverged' }[event.status] ?? 'ended') + '. ';
  if (event.fetch) {
    try {
      const answer = await fetch('report.html', { cache: 'no-store' });
      if (answer.ok) {
        const report = new Blob([await answer.arrayBuffer()], { type: 'text/html' });
        say(words, element('a', { href: URL.createObjectURL(report), id: 'report' }, 'Open its report'), event.place ? ' (' + event.place + ')' : '');
        return;
      }
    } catch {
      // The file is there all the same.
    }
  }
  say(words + (event.place ? 'Its report is ' + event.place : ''));
}

function listen() {
  const source = new EventSource('events');
  source.addEventListener('open', () => {
    lost = 0;
    say('The run goes on.');
  });
  source.addEventListener('error', () => {
    lost++;
    if (lost > MOST_TRIES) {
      source.close();
    }
    if (source.readyState === EventSource.CLOSED) {
      say('The run cannot be reached any more. If it is over, its report is in its folder.');
    } else if (lost === 1) {
      say('The connection is lost; trying again.');
    }
  });
  source.addEventListener('all', (event) => {
    forget();
    take(JSON.parse(event.data));
  });
  source.addEventListener('more', (event) => take(JSON.parse(event.data)));
  source.addEventListener('end', (event) => {
    source.close();
    finish(JSON.parse(event.data));
  });
}

function startLive() {
  const bar = element('progress', { id: 'progress', max: run.steps, 'aria-label': 'Steps done' });
  bar.value = 0;
  document.getElementById('status').after(bar, element('dl', { id: 'now', class: 'facts' }));
  document.querySelector('footer p').textContent = 'Made by Jada. Charts by Apache ECharts. This page hears from the run on this machine, and from nobody else.';
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      inView[isIntersecting ? 'add' : 'delete'](target.id);
    }
    refreshSoon();
  }, { rootMargin: '100px' });
  document.querySelectorAll('main section').forEach((section) => observer.observe(section));
  document.addEventListener('visibilitychange', () => refreshSoon());
  tell();
  say('Waiting for the run.');
  listen();
}

start();
if (run.live) {
  startLive();
}
