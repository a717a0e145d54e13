// The course of the run: summary, loss, learning rate, schedule, budget, orthogonality.

const curves = run.curves ?? { t: [], loss: [], penalty: [], rate: [], budget: [], alive: [] };
const pairs = (t, v) => t.map((at, i) => [at, v[i]]);

function line(name, data, more = {}) {
  return { name, type: 'line', showSymbol: false, symbol: 'circle', data, lineStyle: { width: 2 }, emphasis: { disabled: true }, ...more };
}

/** A moving average that starts at the first value, so that it does not begin at 0. */
function trend(values, beta) {
  let mean = values[0];
  return values.map((v) => (mean = beta * mean + (1 - beta) * v));
}

function facts() {
  const f = run.facts;
  const metrics = f.metrics.dev ?? {};
  const [main] = Object.keys(metrics).filter((name) => name !== 'step' && name !== 'loss');
  const others = Object.entries(metrics).filter(([name]) => ![main, 'step'].includes(name));
  const list = [];
  if (main) {
    list.push(['Held-out ' + main, fmt(metrics[main]), others.map(([name, value]) => name + ' ' + fmt(value)).join(', ')]);
  } else {
    list.push(['Status', f.status, 'not scored on held-out texts']);
  }
  if (main && f.metrics.head_alone && typeof f.metrics.head_alone[main] === 'number') {
    const alone = f.metrics.head_alone[main];
    list.push(['Head alone, without adapter', fmt(alone), 'the adapter adds ' + fmt(metrics[main] - alone)]);
  }
  const labels = f.task.kind === 'regression' ? 'regression' : f.task.labels.length + ' labels';
  list.push(['Task', labels, f.task.kind === 'regression' ? '' : some(f.task.labels, 6)]);
  list.push(['Data', f.data.train.name.split(/[\\/]/).pop(), fmt(f.data.train.examples) + ' texts to learn from, ' + fmt(f.data.dev.examples) + ' held out']);
  list.push(['Model and method', f.base_model.name, String(f.options.method ?? '') + ', seed ' + f.options.seed]);
  list.push(['Time', duration(f.run.seconds), fmt(f.run.steps) + ' steps, ' + fmt(Math.round(f.run.tokens_per_second)) + ' tokens/s']);
  if (run.schedule) {
    const ranks = Object.values(run.ranks);
    list.push(['Ranks', ranks.reduce((a, b) => a + b, 0) + ' triplets', 'in ' + ranks.length + ' matrices, from '
      + Math.min(...ranks) + ' to ' + Math.max(...ranks) + ' each; ' + run.modules.length * run.rank + ' at the start']);
  }
  list.push(['Machine', (f.machine?.processors ?? '?') + ' processors', [f.machine?.architecture, 'Java ' + (f.versions?.java ?? '?'),
    'Jada ' + (f.versions?.jada ?? '?')].join(', ')]);
  return list;
}

/** The first of a list, and how many more there are. */
function some(list, most) {
  return list.slice(0, most).join(', ') + (list.length > most ? ' and ' + (list.length - most) + ' more' : '');
}

function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? seconds.toFixed(1) + ' s' : Math.floor(whole / 60) + ' min ' + (whole % 60) + ' s';
}

picture('summary', run.facts, {
  controls() {
    const dl = element('dl', { class: 'facts' });
    for (const [name, value, more] of facts()) {
      dl.append(element('div', {}, element('dt', {}, name), element('dd', {}, value, element('small', {}, more))));
    }
    document.querySelector('#summary .formula').before(dl);
    const status = { finished: 'finished', interrupted: 'interrupted before its end', diverged: 'stopped because it diverged' };
    document.getElementById('status').textContent =
      'Run ' + (status[run.facts.status] ?? run.facts.status) + ', begun ' + run.facts.started.replace('T', ' ').slice(0, 16) + '.';
    return [];
  },
  draw() {
    const p = run.facts.parameters;
    const rows = [['Full fine-tuning', p.full], ['LoRA of the target rank', p.lora_of_target_rank], ['This adapter', p.adapter],
      ['Head, in each of them', p.head]].filter(([, count]) => count > 0);
    const bars = rows.map(([, count], i) => ({ value: count, itemStyle: { color: color(['soft', 'c2', 'c1', 'c6'][i % 4]) } }));
    return {
      height: 70 + 46 * rows.length,
      label: 'Bar chart of the numbers that are changed, on a logarithmic axis.',
      note: p.adapter > 0 ? 'The adapter has ' + fmt(p.adapter) + ' numbers, ' + fmt(100 * p.adapter / p.full)
        + ' % of what full fine-tuning changes. The axis is logarithmic: each line is ten times the one before.' : '',
      option: base({
        grid: { left: narrow() ? 10 : 190, right: 110, top: narrow() ? 26 : 6, bottom: 46 },
        tooltip: { trigger: 'item' },
        xAxis: axis('numbers that are changed', { type: 'log', min: 1000, label: { formatter: (v) => v.toLocaleString('en', { notation: 'compact' }) } }),
        yAxis: axis('', { type: 'category', inverse: true, data: rows.map(([name]) => name), lines: false,
          label: narrow() ? { inside: true, verticalAlign: 'bottom', padding: [0, 0, 14, 0] } : {} }),
        series: [{ type: 'bar', data: bars, barWidth: narrow() ? 14 : 24,
          label: { show: true, position: 'right', color: color('text'), formatter: ({ value }) => fmt(value) } }],
      }),
      table: () => ({ columns: ['Way of fine-tuning', 'Numbers changed'], rows }),
    };
  },
});

picture('loss', true, {
  height: 520,
  draw() {
    const average = trend(curves.loss, 0.95);
    const held = (run.evaluations ?? run.facts?.evaluations ?? []).map((e) => [e.step - 1, e.loss]);
    const penalised = curves.penalty.some((v) => v !== 0);
    const last = curves.t.length - 1;
    const top = narrow() ? 66 : 44; // the legend has two lines where there is little room
    return {
      height: (penalised ? 520 : 340) + top - 44,
      label: penalised ? 'Line charts of the task loss and of the penalty by step.' : 'Line chart of the task loss by step.',
      note: last < 0 ? '' : 'The average loss went from ' + fmt(average[0]) + ' to ' + fmt(average[last]) + (held.length > 0
        ? '; on the held-out texts it is ' + fmt(held.at(-1)[1]) : '') + (penalised ? '. The penalty ended at ' + fmt(curves.penalty[last]) : '') + '.',
      option: base({
        legend: { top: 4, textStyle: { color: color('text'), fontSize: 13 }, data: ['loss of the batch', 'average loss', 'held-out loss', 'penalty'] },
        axisPointer: { link: [{ xAxisIndex: 'all' }] },
        grid: penalised ? [{ left: 70, right: 26, top, height: 260 }, { left: 70, right: 26, top: top + 306, height: 110 }]
          : { left: 70, right: 26, top, bottom: 52 },
        xAxis: penalised ? [steps({ name: '' }), steps({ gridIndex: 1 })] : steps(),
        yAxis: penalised ? [values('loss' + lossUnit, { min: 0 }), values('penalty γ·R', { gridIndex: 1, splitNumber: 3, scale: true })] : values('loss' + lossUnit, { min: 0 }),
        series: [
          line('loss of the batch', pairs(curves.t, curves.loss), { lineStyle: { width: 1, opacity: 0.45 } }),
          line('average loss', pairs(curves.t, average), { itemStyle: { color: color('c2') }, lineStyle: { width: 2.5 } }),
          { name: 'held-out loss', type: 'scatter', symbol: 'diamond', symbolSize: 13, data: held, itemStyle: { color: color('c3') } },
          ...(penalised ? [line('penalty', pairs(curves.t, curves.penalty), { xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color: color('c4') } })] : []),
        ],
      }),
      table: () => ({ columns: ['t', 'Loss of the batch', 'Average loss', 'Penalty'],
        rows: curves.t.map((t, i) => [t, curves.loss[i], average[i], curves.penalty[i]]) }),
    };
  },
});

picture('rate', true, {
  height: 260,
  draw() {
    const most = Math.max(...curves.rate);
    const decay = { cosine: '(1 + cos(π·(t − t_warm)/(T − t_warm))) / 2', constant: '1' }[run.facts?.options?.schedule];
    if (decay) {
      document.getElementById('decay').textContent = decay;
    }
    return {
      label: 'Line chart of the learning rate by step.',
      note: curves.t.length === 0 ? '' : 'It is greatest at step ' + fmt(curves.t[curves.rate.indexOf(most)]) + ': ' + fmt(most) + '.',
      option: base({ legend: { show: false }, grid: { left: 80, right: 26, top: 16, bottom: 52 }, xAxis: steps(),
        yAxis: values('learning rate', { min: 0, gap: 60 }), series: [line('learning rate', pairs(curves.t, curves.rate))] }),
      table: () => ({ columns: ['t', 'Learning rate'], rows: pairs(curves.t, curves.rate) }),
    };
  },
});

function phases() {
  const s = run.schedule;
  const label = { color: color('soft'), position: 'insideBottom', fontSize: 13 };
  const area = (name, from, to, shade) => [{ name, xAxis: from, itemStyle: { color: color(shade), opacity: 0.55 }, label }, { xAxis: to }];
  const areas = [];
  if (s.tinit > 0) {
    areas.push(area('warm-up', 0, s.tinit, 'off'));
  }
  if (s.finalAllocation < run.steps - 1) {
    areas.push(area('final phase', s.finalAllocation, run.steps - 1, 'off'));
  }
  return { silent: true, data: areas };
}

picture('schedule', run.schedule, {
  height: 330,
  draw() {
    const s = run.schedule;
    const unit = run.countsTriplets ? 'triplets' : 'parameters';
    const half = s.budget.find(([, b]) => b <= (s.initial + s.target) / 2);
    return {
      label: 'Line chart of the budget that the schedule allows, by step, with its phases.',
      note: 'Warm-up to step ' + fmt(s.tinit) + '; then from ' + fmt(s.initial) + ' ' + unit + ' to ' + fmt(s.target) + ', given out anew every '
        + (s.deltaT === 1 ? 'step' : s.deltaT + ' steps') + '; fixed from step ' + fmt(s.finalAllocation) + ' on.'
        + (half ? ' Half of the way down is done at step ' + fmt(half[0]) + '.' : ''),
      option: base({ legend: { show: false }, grid: { left: 76, right: 26, top: 16, bottom: 52 }, xAxis: steps(),
        yAxis: values('budget, ' + unit, { min: 0 }), series: [line('budget b(t)', s.budget, { markArea: phases(), lineStyle: { width: 3 } })] }),
      table: () => ({ columns: ['t', 'Budget'], rows: s.budget }),
    };
  },
});

picture('budget', run.schedule, {
  height: 340,
  draw() {
    const s = run.schedule;
    const counts = run.countsTriplets;
    const target = counts ? { markLine: { silent: true, symbol: 'none', lineStyle: { color: color('c3'), type: 'dashed', width: 2 },
      label: { formatter: 'target ' + s.target, position: 'insideEndTop', color: color('c3'), fontSize: 13 }, data: [{ yAxis: s.target }] } } : {};
    const last = curves.alive.length - 1;
    return {
      label: 'Line chart of the triplets alive by step, with budget and target.',
      note: last < 0 ? '' : fmt(curves.alive[last]) + ' of ' + fmt(run.modules.length * run.rank) + ' triplets are alive after step '
        + fmt(curves.t[last]) + (counts ? '; the target is ' + fmt(s.target) + '.' : '.'),
      option: base({ xAxis: steps(), yAxis: values('triplets', { min: 0 }), series: [
        ...(counts ? [line('budget', pairs(curves.t, curves.budget), { step: 'end', lineStyle: { width: 5, opacity: 0.35 }, itemStyle: { color: color('c2') } })] : []),
        line('alive', pairs(curves.t, curves.alive), { step: 'end', itemStyle: { color: color('c1') }, areaStyle: { opacity: 0.14 }, ...target }),
      ] }),
      at: (i) => [counts ? 1 : 0, i],
      table: () => ({ columns: ['t', 'Alive', 'Budget'], rows: curves.t.map((t, i) => [t, curves.alive[i], curves.budget[i]]) }),
    };
  },
});

picture('orthogonality', run.orthogonality, {
  height: 340,
  draw() {
    const o = run.orthogonality;
    const band = (v, tint) => ({ type: 'custom', silent: true, tooltip: { show: false }, data: [[0, 0]], clip: true, z: 1,
      renderItem: (params, api) => ({ type: 'polygon', style: { fill: color(tint), opacity: 0.16 }, shape: {
        points: [...o.t.map((t, i) => api.coord([t, v[i][2]])), ...o.t.map((t, i) => api.coord([t, v[i][1]])).reverse()] } }) });
    const mean = (v) => pairs(o.t, v.map((x) => x[0]));
    return {
      label: 'Line chart of the orthogonality error of P and Q by step.',
      note: o.t.length === 0 ? '' : 'On average over the matrices, P went from ' + fmt(o.p[0][0]) + ' to ' + fmt(o.p.at(-1)[0]) + ', Q from '
        + fmt(o.q[0][0]) + ' to ' + fmt(o.q.at(-1)[0]) + '. The worst matrix ended at ' + fmt(o.p.at(-1)[2]) + ' and ' + fmt(o.q.at(-1)[2]) + '.',
      option: base({
        legend: { top: 4, textStyle: { color: color('text'), fontSize: 13 }, data: ['P', 'Q'] },
        xAxis: steps(), yAxis: values('distance from I (Frobenius)', { min: 0, max: Math.max(...o.p.map((x) => x[2]), ...o.q.map((x) => x[2]), 0.01) * 1.05,
          label: { formatter: fmt, showMaxLabel: false } }),
        series: [line('P', mean(o.p), { itemStyle: { color: color('c1') } }), line('Q', mean(o.q), { itemStyle: { color: color('c2') } }),
          band(o.p, 'c1'), band(o.q, 'c2')],
      }),
      table: () => ({ columns: ['t', 'P mean', 'P least', 'P greatest', 'Q mean', 'Q least', 'Q greatest'],
        rows: o.t.map((t, i) => [t, ...o.p[i], ...o.q[i]]) }),
    };
  },
});
