// The matrices: rank-1 components and their sum, singular values, Gram matrices.

const trained = (run.matrices ?? []).filter((m) => m.triplets.length > 0);

function matrixList(name) {
  return list(name, 'Matrix', trained.map((m) => short(m.name) + ', rank ' + m.triplets.length), mostTriplets());
}

function mostTriplets() {
  const counts = trained.map((m) => m.triplets.length);
  return counts.indexOf(Math.max(...counts));
}

/** The greatest size among numbers; never 0, so that it can be the end of a scale. */
function extreme(cells) {
  return cells.reduce((most, cell) => Math.max(most, Math.abs(cell[2])), 0) || 1;
}

/** Small heat maps in a grid: panels [{ title, cells, size }] beside and below one another. */
function panels(all, columns, more) {
  const gap = 14;
  const head = 26;
  const side = Math.floor((room - 8 - gap * (columns - 1)) / columns);
  const place = (k) => ({ left: 4 + (k % columns) * (side + gap), top: 40 + Math.floor(k / columns) * (side + head + gap), width: side, height: side });
  return {
    height: 40 + Math.ceil(all.length / columns) * (side + head + gap),
    option: base({
      legend: { show: false },
      title: all.map((panel, k) => ({ text: panel.title, left: place(k).left, top: place(k).top - 24, textStyle: { fontSize: 13, fontWeight: 600, color: color('text') } })),
      grid: all.map((_, k) => ({ ...place(k), show: true, borderWidth: 0, backgroundColor: color('off') })),
      xAxis: all.map((panel, k) => ({ gridIndex: k, type: 'category', data: panel.columns, show: false })),
      yAxis: all.map((panel, k) => ({ gridIndex: k, type: 'category', data: panel.rows, inverse: true, show: false })),
      series: all.map((panel, k) => {
        const numbers = panel.numbers && side / panel.columns.length > 32;
        return { type: 'heatmap', xAxisIndex: k, yAxisIndex: k, label: { show: numbers, fontSize: 11 },
          data: !numbers ? panel.cells : panel.cells.map((cell) => ({ value: cell,
            label: { formatter: Math.abs(cell[2]) < 0.005 ? '0' : cell[2].toFixed(2), color: on(Math.abs(cell[2]) / panel.size) } })) };
      }),
      ...more,
    }),
  };
}

function diverging(all) {
  return all.map((panel, k) => ({ type: 'continuous', show: false, seriesIndex: k, min: -panel.size, max: panel.size,
    inRange: { color: [color('minus'), color('middle'), color('plus')] } }));
}

picture('components', trained.length > 0, {
  renderer: 'canvas',
  controls: () => [matrixList('component')],
  draw({ component }) {
    const matrix = trained[component];
    const product = (t) => matrix.rows.flatMap((_, i) => matrix.columns.map((_, j) => [j, i, t.lambda * t.p[i] * t.q[j]]));
    const strongest = [...matrix.triplets.keys()].sort((a, b) => matrix.learned[b] - matrix.learned[a]);
    const single = strongest.map((k, place) => ({ title: (place + 1) + '. λ = ' + fmt(matrix.triplets[k].lambda), cells: product(matrix.triplets[k]) }));
    const sum = single[0].cells.map(([j, i], c) => [j, i, single.reduce((total, s) => total + s.cells[c][2], 0)]);
    const all = [{ title: 'ΔW, the sum', cells: sum }, ...single.slice(0, 11)]
      .map((panel) => ({ ...panel, columns: matrix.columns, rows: matrix.rows, size: extreme(panel.cells) }));
    const rest = single.length - 11;
    const drawn = panels(all, narrow() ? 2 : 4, {
      tooltip: { trigger: 'item', formatter: ({ seriesIndex, value }) => !Array.isArray(value) ? '' : safe(all[seriesIndex].title)
        + '<br>row ' + matrix.rows[value[1]] + ', column ' + matrix.columns[value[0]] + ': ' + fmt(value[2]) },
      visualMap: diverging(all),
    });
    return {
      height: drawn.height, option: drawn.option,
      label: 'Heat maps of the update of one matrix and of its rank-1 components.',
      note: short(matrix.name) + ' (' + matrix.out + ' × ' + matrix.in + '), ' + matrix.rows.length + ' of its rows from top to bottom and '
        + matrix.columns.length + ' of its columns from left to right: blue is negative, red positive, each picture on its own scale; '
        + 'the strongest first' + (rest > 0 ? ', the ' + rest + ' weakest not shown but in the sum' : '') + '. The greatest entry shown of ΔW is '
        + fmt(extreme(sum)) + '.',
      table: () => ({ columns: ['Row', 'Column', 'ΔW', ...single.map((s, k) => 'Triplet ' + (k + 1))],
        rows: sum.map(([j, i, v], c) => [matrix.rows[i], matrix.columns[j], v, ...single.map((s) => s.cells[c][2])]) }),
    };
  },
});

picture('spectrum', trained.length > 0, {
  height: 340,
  controls: () => [matrixList('spectrumOf')],
  draw({ spectrumOf }) {
    const matrix = trained[spectrumOf];
    const learned = [...matrix.learned].sort((a, b) => b - a);
    const off = Math.max(...learned.map((v, i) => Math.abs(v - matrix.singular[i]))) / (matrix.singular[0] || 1);
    const bar = (name, data, tint) => ({ name, type: 'bar', data, itemStyle: { color: color(tint) }, barGap: '8%' });
    return {
      label: 'Bar chart of the singular values of the update beside what its triplets say.',
      note: 'They differ by ' + (off < 1e-4 ? 'less than 0.01' : 'at most ' + fmt(100 * off)) + ' % of the greatest singular value.',
      option: base({
        tooltip: { axisPointer: { type: 'shadow' } },
        xAxis: axis('triplets in descending order', { type: 'category', data: learned.map((_, i) => i + 1), lines: false }), yAxis: values('size, with the scale of ΔW'),
        series: [bar('singular value σ', matrix.singular, 'c2'), bar('learned |λ|·‖P‖·‖Q‖', learned, 'c1')],
      }),
      table: () => ({ columns: ['Place', 'Singular value', 'Learned'], rows: learned.map((v, i) => [i + 1, matrix.singular[i], v]) }),
    };
  },
});

/** Among the matrices whose Gram matrices are here, the one with most triplets left. */
function richest() {
  const ranks = run.grams.map((g) => run.ranks?.[run.modules[g.module]] ?? 0);
  return ranks.indexOf(Math.max(...ranks));
}

picture('gram', run.grams?.length > 0, {
  renderer: 'canvas',
  controls: () => [list('gramOf', 'Matrix', run.grams.map((g) => short(run.modules[g.module]) + ', rank ' + (run.ranks?.[run.modules[g.module]] ?? 0)), richest())],
  draw({ gramOf }) {
    const of = run.grams[gramOf];
    const r = run.rank;
    const cells = (half) => {
      const list = [];
      const at = (i, j) => (i >= j ? half[(i * (i + 1)) / 2 + j] : half[(j * (j + 1)) / 2 + i]);
      for (let i = 0; i < r; i++) {
        for (let j = 0; j < r; j++) {
          if (at(i, i) !== 0 && at(j, j) !== 0) { // dropped triplets have no length
            list.push([j, i, at(i, j)]);
          }
        }
      }
      return list;
    };
    const moments = [['start', 'start'], ['middle', 'middle'], ['end', 'end']];
    const indices = [...Array(r).keys()];
    const all = ['p', 'q'].flatMap((side) => moments.map(([key, text]) => ({ title: (side === 'p' ? 'PᵀP, ' : 'QQᵀ, ') + text,
      cells: cells(of[key][side]), columns: indices, rows: indices, size: 1, numbers: true })));
    const wide = !narrow();
    const arranged = wide ? all : [0, 3, 1, 4, 2, 5].map((k) => all[k]);
    const size = Math.max(1, ...all.map((panel) => extreme(panel.cells)));
    const scaled = arranged.map((panel) => {
      const own = panel.cells.length > 0 && extreme(panel.cells) < 0.5 ? extreme(panel.cells) : size;
      return { ...panel, size: own, title: panel.title + (panel.cells.length > 0 ? ': red is ' + Number(own.toPrecision(2)) : ': none left') };
    });
    const drawn = panels(scaled, wide ? 3 : 2, {
      tooltip: { trigger: 'item', formatter: ({ seriesIndex, value }) => !Array.isArray(value) ? '' : scaled[seriesIndex].title
        + '<br>triplets ' + value[1] + ' and ' + value[0] + ': ' + fmt(value[2]) },
      visualMap: diverging(scaled),
    });
    const diagonal = (panel) => panel.cells.filter(([j, i]) => i === j).map((c) => c[2]);
    const off = (panel) => panel.cells.filter(([j, i]) => i !== j).reduce((most, c) => Math.max(most, Math.abs(c[2])), 0);
    const mean = (v) => v.reduce((a, b) => a + b, 0) / (v.length || 1);
    const points = scaled.flatMap((panel, k) => panel.cells.map((cell, c) => ({ panel, k, cell, c })));
    return {
      height: drawn.height, option: drawn.option,
      label: 'Heat maps of the dot products of the columns of P and of the rows of Q, at three times.',
      note: 'PᵀP: the diagonal is ' + fmt(mean(diagonal(all[0]))) + ' on average at the start and ' + fmt(mean(diagonal(all[2])))
        + ' at the end; beside it nothing is greater than ' + fmt(off(all[0])) + ' and ' + fmt(off(all[2])) + '. Red is positive, blue negative, '
        + 'grey are the triplets that are gone; above each picture stands what full red means.',
      at: (i) => [points[i].k, points[i].c],
      table: () => ({ columns: ['Matrix', 'Row', 'Column', 'Value'], rows: points.map(({ panel, cell }) => [panel.title, cell[1], cell[0], cell[2]]) }),
    };
  },
});
