// The triplets: raw and smoothed sensitivity, importance, the ranking and its cut, lives, and where the budget went.

/** The moving average that starts at 0, as the scores have it. */
function ema(raw, beta) {
  let mean = 0;
  return raw.map((s) => (mean = beta * mean + (1 - beta) * s));
}

picture('smoothing', run.early?.length > 0 && run.early[0].raw.length > 1, {
  height: 400,
  controls: () => [list('followed', 'Triplet, from the most to the least sensitive', run.early.map((e) => triplet(e.triplet).name))],
  draw({ followed }) {
    const raw = run.early[followed].raw;
    const betas = [...new Set([0.5, run.beta, 0.95, 0.99])].sort();
    const means = betas.map((beta) => ema(raw, beta));
    const name = (beta) => 'β = ' + beta + (beta === run.beta ? ' (this run)' : '');
    return {
      label: 'Line chart of the sensitivity of one triplet, raw and smoothed with several β, for the first ' + raw.length + ' steps.',
      note: 'The first ' + raw.length + ' steps. The raw value ranges from ' + fmt(Math.min(...raw)) + ' to ' + fmt(Math.max(...raw))
        + '; the average with β = ' + run.beta + ' ends at ' + fmt(means[betas.indexOf(run.beta)].at(-1)) + '.',
      option: base({
        grid: { left: 84, right: 26, top: narrow() ? 84 : 44, bottom: 52 },
        xAxis: steps({ max: raw.length - 1 }), yAxis: values('sensitivity' + lossUnit, { min: 0, gap: 62 }),
        series: [
          line('raw', raw.map((s, t) => [t, s]), { lineStyle: { width: 1, opacity: 0.5 }, itemStyle: { color: color('soft') } }),
          ...betas.map((beta, k) => line(name(beta), means[k].map((s, t) => [t, s]),
            { lineStyle: { width: beta === run.beta ? 3.5 : 2 }, itemStyle: { color: color(['c3', 'c1', 'c2', 'c4'][k]) } })),
        ],
      }),
      table: () => ({ columns: ['t', 'Raw', ...betas.map(name)], rows: raw.map((s, t) => [t, s, ...means.map((m) => m[t])]) }),
    };
  },
});

const momentTexts = () => run.moments.map((m) => 'after step ' + fmt(m.t));

/** Points of a moment by fate: kept, or pruned. */
function byFate(moment, x, y) {
  const points = { kept: [], pruned: [] };
  const order = { kept: [], pruned: [] };
  moment.alive.forEach((alive, i) => {
    if (x(i) > 0 && y(i) > 0) { // what was dropped earlier has neither
      const fate = alive ? 'kept' : 'pruned';
      points[fate].push([x(i), y(i), i]);
      order[fate].push(i);
    }
  });
  return { points, order };
}

function fates(points) {
  const dots = (name, symbol, tint) => ({ name, type: 'scatter', symbol, symbolSize: 9, data: points[name],
    itemStyle: { color: color(tint), opacity: 0.75, borderColor: color('ground'), borderWidth: 0.5 } });
  return [dots('kept', 'circle', 'kept'), dots('pruned', 'triangle', 'pruned')];
}

const pointTip = (xName, yName) => ({ trigger: 'item', formatter: ({ value, seriesName }) => !Array.isArray(value) ? ''
  : safe(triplet(value[2]).name) + ', ' + seriesName + '<br>' + xName + ' ' + fmt(value[0]) + '<br>' + yName + ' ' + fmt(value[1]) });

function pointTable(points, xName, yName) {
  const all = [...points.kept.map((p, i) => [...p, 'kept', 0, i]), ...points.pruned.map((p, i) => [...p, 'pruned', 1, i])];
  return {
    at: (i) => [all[i][4], all[i][5]],
    table: () => ({ columns: ['Triplet', xName, yName, 'Fate'], rows: all.map(([x, y, i, fate]) => [triplet(i).name, x, y, fate]) }),
  };
}

picture('importance', run.moments?.length > 0, {
  height: 440,
  controls: () => [slider('importanceAt', 'Allocation', momentTexts(), Math.min(1, run.moments.length - 1))],
  draw({ importanceAt }) {
    const moment = run.moments[importanceAt];
    const { points } = byFate(moment, (i) => Math.abs(moment.lambda[i]), (i) => moment.sensitivity[i]);
    const smallest = Math.min(...points.kept.map((p) => p[0]));
    const larger = points.pruned.filter((p) => p[0] > smallest).length;
    return {
      label: 'Scatter chart of the triplets: size of λ against smoothed sensitivity, kept and pruned.',
      note: points.pruned.length === 0 ? 'Nothing is pruned here.' : fmt(points.kept.length) + ' kept, ' + fmt(points.pruned.length)
        + ' pruned. ' + fmt(larger) + ' of the pruned ones have a larger |λ| than the smallest that was kept (' + fmt(smallest) + ').',
      option: base({
        grid: { left: 92, right: 26, top: 44, bottom: 56 }, tooltip: pointTip('|λ|', 'smoothed sensitivity'),
        xAxis: axis('|λ|', { type: 'log', lines: true, label: { formatter: power } }),
        yAxis: axis('smoothed sensitivity' + lossUnit, { type: 'log', gap: 68, label: { formatter: power } }), series: fates(points),
      }),
      ...pointTable(points, '|λ|', 'Smoothed sensitivity'),
    };
  },
});

picture('scores', run.moments?.length > 0, {
  height: 420,
  controls: () => [slider('scoresAt', 'Allocation', momentTexts())],
  draw({ scoresAt }) {
    const moment = run.moments[scoresAt];
    const order = [...moment.score.keys()].filter((i) => moment.score[i] > 0).sort((a, b) => moment.score[b] - moment.score[a]);
    const rank = new Map(order.map((i, r) => [i, r + 1]));
    const { points } = byFate(moment, (i) => rank.get(i) ?? 0, (i) => moment.score[i]);
    const cut = points.kept.length;
    const around = [order[cut - 1], order[cut]].map((i) => (i === undefined ? undefined : moment.score[i]));
    const decades = 7; // what lies further below its best is nothing to choose from
    const best = moment.score[order[0]] ?? 1;
    const least = Math.max(moment.score[order.at(-1)] ?? best / 10, best * 10 ** -decades);
    return {
      label: 'Scatter chart of the scores of all triplets in descending order, with the cut of the budget.',
      note: around[1] === undefined ? 'Nothing is pruned here.' : 'The last one kept has a score of ' + fmt(around[0]) + ', the first one pruned '
        + fmt(around[1]) + '. The best has ' + fmt(best) + '.',
      option: base({
        grid: { left: 92, right: 26, top: 44, bottom: 56 }, tooltip: pointTip('place', 'score'),
        xAxis: axis('place in the ranking of all triplets', { type: 'value', min: 0, max: order.length + 1, lines: false }),
        yAxis: axis('score', { type: 'log', gap: 68, min: 10 ** Math.floor(Math.log10(least)), label: { formatter: power } }),
        series: fates(points).map((s, k) => (k > 0 ? s : { ...s, markLine: { silent: true, symbol: 'none',
          lineStyle: { color: color('c4'), width: 2, type: 'dashed' },
          label: { formatter: 'cut: ' + cut, color: color('c4'), fontSize: 13 }, data: [{ xAxis: cut + 0.5 }] } })),
      }),
      ...pointTable(points, 'Place', 'Score'),
    };
  },
});

/** The pieces of a triplet's life: [from, to, state], with steps t and the states alive, pruned, back. */
function pieces(turns, t) {
  const end = run.steps;
  const list = [];
  let from = 0;
  turns.forEach((sample, k) => {
    list.push([from, t[sample], k % 2 === 1 ? 'pruned' : k > 1 ? 'revived' : 'alive']);
    from = t[sample];
  });
  const k = turns.length;
  const now = run.live ? (t.at(-1) ?? 0) : end;
  list.push([from, now, k % 2 === 1 ? 'pruned' : k > 1 ? 'revived' : 'alive']);
  return list;
}

picture('life', run.lives && run.modules?.length > 0, {
  renderer: 'canvas',
  draw() {
    const { t, turns } = run.lives;
    const n = turns.length;
    const state = { alive: 'never pruned so far', revived: 'alive again', pruned: 'pruned' };
    const tint = { alive: color('kept'), revived: color('revived'), pruned: color('off') };
    const series = Object.keys(state).map((s) => ({ name: state[s], type: 'custom', data: [], itemStyle: { color: tint[s] }, clip: true,
      encode: { x: [0, 1], y: 2 }, renderItem(params, api) {
        const [x, y] = api.coord([api.value(0), api.value(2)]);
        const [right] = api.coord([api.value(1), api.value(2)]);
        const height = Math.max(1, api.size([0, 1])[1] - 0.6);
        return { type: 'rect', shape: { x, y: y - height / 2, width: Math.max(1, right - x), height }, style: { fill: tint[s] } };
      } }));
    const at = [];
    const rows = turns.map((of, i) => {
      const life = pieces(of, t);
      for (const [from, to, s] of life) {
        const k = Object.keys(state).indexOf(s);
        at[i] = [k, series[k].data.length];
        series[k].data.push([from, to, i]);
      }
      return [triplet(i).name, of.length > 0 ? t[of[0]] : 'never', Math.floor(of.length / 2), state[life.at(-1)[2]]];
    });
    const back = rows.filter((row) => row[2] > 0).length;
    const once = rows.filter((row) => row[1] !== 'never').length;
    return {
      height: 120 + Math.min(900, Math.max(240, 2.6 * n)),
      label: 'Map of the lives of all triplets: a line for each, steps from left to right.',
      note: once === 0 ? 'Nothing was pruned yet.' : fmt(once) + ' of ' + fmt(n) + ' triplets were pruned at least once, ' + fmt(back)
        + ' of them came back; ' + fmt(rows.filter((row) => row[3] !== state.pruned).length) + ' are alive at the end. Seen at '
        + fmt(t.length) + ' of the ' + fmt(run.steps) + ' steps.',
      option: base({
        grid: { left: narrow() ? 72 : 92, right: 26, top: 44, bottom: 52 },
        tooltip: { trigger: 'item', formatter: ({ value, seriesName }) => !Array.isArray(value) ? '' : safe(triplet(value[2]).name) + ', ' + seriesName
          + '<br>from step ' + fmt(value[0]) + ' to ' + fmt(value[1]) },
        xAxis: steps({ max: run.steps }),
        yAxis: axis('', { type: 'value', inverse: true, min: -0.5, max: n - 0.5, interval: run.rank, lines: false,
          label: { formatter: (v) => (Math.ceil(v) % run.rank === 0 && v < n - 1 ? short(run.modules[Math.ceil(v) / run.rank] ?? '') : ''),
            fontSize: 11, verticalAlign: 'top', hideOverlap: true } }),
        series,
      }),
      at: (i) => at[i],
      table: () => ({ columns: ['Triplet', 'First pruned at step', 'Times it came back', 'At the end'], rows }),
    };
  },
});

/** The ranks as a grid of layers and kinds; null if the names have no layers. */
function rankGrid(ranks) {
  const modules = Object.keys(ranks);
  const layers = [...new Set(modules.map((m) => place(m).layer))].sort((a, b) => a - b);
  const known = [...kindNames.values()];
  const order = (kind) => (known.indexOf(kind) + known.length + 1) % (known.length + 1);
  const kinds = [...new Set(modules.map(kindOf))].sort((a, b) => order(a) - order(b));
  return { modules, layers, kinds };
}

/** What the same number of triplets is for each matrix, if all get the same. */
const uniform = (ranks) => Object.values(ranks).reduce((a, b) => a + b, 0) / Object.keys(ranks).length;

picture('ranks', Object.keys(run.ranks ?? {}).length > 0, {
  draw() {
    const { modules, layers, kinds } = rankGrid(run.ranks);
    const mean = uniform(run.ranks);
    const most = Math.max(run.rank, ...Object.values(run.ranks), 1);
    const cells = modules.map((m) => [kinds.indexOf(kindOf(m)), layers.indexOf(place(m).layer), run.ranks[m]]);
    const few = modules.filter((m) => run.ranks[m] === 0).length;
    const bars = 240;
    const tip = (m) => safe(m) + '<br>rank ' + run.ranks[m] + '<br>uniform ' + fmt(mean);
    return {
      height: bars + 200 + 36 * layers.length,
      label: 'Bar chart of the rank of every matrix against a uniform one, and the same as a heat map with a row for each layer.',
      note: 'Uniform would be ' + fmt(mean) + ' each. ' + fmt(modules.filter((m) => run.ranks[m] > mean).length) + ' of ' + modules.length
        + ' matrices have more, ' + fmt(modules.filter((m) => run.ranks[m] < mean).length) + ' have less' + (few > 0 ? ', ' + few + ' of them none.' : '.'),
      option: base({
        legend: { show: false },
        grid: [{ left: 76, right: 66, top: 16, height: bars - 60 }, { left: 76, right: 66, top: bars + 54, bottom: 96 }],
        tooltip: { trigger: 'item', formatter: ({ dataIndex, componentType }) => (componentType === 'series' ? tip(modules[dataIndex]) : '') },
        xAxis: [axis('', { type: 'category', data: modules.map(short), lines: false,
          label: { rotate: narrow() ? 90 : 60, interval: Math.ceil(modules.length / (narrow() ? 14 : 48)) - 1 } }),
          axis('kind of matrix', { type: 'category', data: kinds, lines: false, gridIndex: 1 })],
        yAxis: [values('rank', { min: 0, max: most, minInterval: 1, gap: 40 }),
          axis('layer', { type: 'category', data: layers.map((l) => (l < 0 ? '–' : String(l))), inverse: true, lines: false, gap: 40, gridIndex: 1 })],
        visualMap: { type: 'continuous', seriesIndex: 1, min: 0, max: most, orient: 'horizontal', left: 'center', bottom: 6, calculable: false,
          text: ['rank ' + most, '0'], textStyle: { color: color('text') }, inRange: { color: [color('off'), color('kept')] } },
        series: [{ type: 'bar', data: modules.map((m) => run.ranks[m]), itemStyle: { color: color('kept') },
          markLine: { silent: true, symbol: 'none', lineStyle: { color: color('c2'), type: 'dashed', width: 2 },
            label: { formatter: 'uniform\n' + fmt(mean), position: 'end', color: color('c2'), fontSize: 13, lineHeight: 16 },
            data: [{ yAxis: mean }] } },
        { type: 'heatmap', xAxisIndex: 1, yAxisIndex: 1, itemStyle: { borderColor: color('ground'), borderWidth: 2 }, label: { show: true, fontSize: 14, fontWeight: 600 },
          data: cells.map((cell) => ({ value: cell, label: { color: on(cell[2] / most) } })) }],
      }),
      table: () => ({ columns: ['Matrix', 'Rank', 'Uniform'], rows: modules.map((m) => [m, run.ranks[m], mean]) }),
    };
  },
});

picture('allocation', run.schedule && Object.keys(run.ranks ?? {}).length > 0, {
  height: 360,
  draw() {
    const { modules, layers, kinds } = rankGrid(run.ranks);
    const mean = uniform(run.ranks);
    const groups = [...layers.map((l) => ['layer ' + (l < 0 ? '–' : l), (m) => place(m).layer === l]), ...kinds.map((k) => [k, (m) => kindOf(m) === k])];
    const rows = groups.map(([name, has]) => {
      const of = modules.filter(has);
      return [name, of.length * mean, of.reduce((sum, m) => sum + run.ranks[m], 0)];
    });
    const bar = (name, column, tint) => ({ name, type: 'bar', data: apart.map((row) => row[column]), itemStyle: { color: color(tint) },
      barGap: '10%', label: { show: !narrow(), position: 'top', color: color('text'), formatter: ({ value }) => fmt(value) } });
    const apart = [...rows.slice(0, layers.length), ['', null, null], ...rows.slice(layers.length)]; // a gap between the two ways to sum
    const moved = modules.reduce((sum, m) => sum + Math.max(0, run.ranks[m] - mean), 0);
    return {
      label: 'Bar chart of the triplets by layer and by kind of matrix: uniform as LoRA, and as AdaLoRA gave them out.',
      note: 'Against the uniform budget AdaLoRA moved ' + fmt(moved) + ' of ' + fmt(mean * modules.length) + ' triplets to other matrices.',
      option: base({
        grid: { left: 62, right: 16, top: 44, bottom: narrow() ? 76 : 40 }, tooltip: { axisPointer: { type: 'shadow' } },
        xAxis: axis('', { type: 'category', data: apart.map(([name]) => name), lines: false, label: { rotate: narrow() ? 60 : 0, interval: 0 } }),
        yAxis: values('triplets', { gap: 42 }), series: [bar('LoRA, uniform', 1, 'c2'), bar('AdaLoRA', 2, 'c1')],
      }),
      at: (i) => [0, i < layers.length ? i : i + 1],
      table: () => ({ columns: ['Group', 'LoRA, uniform', 'AdaLoRA'], rows }),
    };
  },
});
