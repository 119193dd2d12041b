/** How the HTML page looks: one column that fits a telephone, wide tables that scroll by themselves, light or dark. */
export const STYLE: string = `:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfdfb, #16181b);
  --ink: light-dark(#1d1f21, #d9dbdd);
  --soft: light-dark(#5f666d, #98a0a8);
  --rule: light-dark(#dcdcd6, #33383e);
  --tint: light-dark(#f3f3ee, #1e2226);
  --link: light-dark(#0b5394, #7db4e8);
  --violated: light-dark(#8a4b00, #e9a55a);
  --open: light-dark(#6a4fa3, #b8a2ea);
  --bar: light-dark(#b7c9e2, #3d5a80);
  --differs: light-dark(#b3261e, #ff8a80);
}
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1rem clamp(0.8rem, 3vw, 2rem) 4rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.5em; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin-top: 0.5rem; }
h2 { font-size: 1.35rem; padding-top: 0.8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.1rem; }
h4 { font-size: 1rem; }
p, li { max-width: 46rem; overflow-wrap: break-word; }
ul { padding-left: 1.3rem; }
.links { list-style: none; padding-left: 0; }
.links li { padding: 0.15rem 0; }
a { color: var(--link); }
code, pre, svg text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 0.8rem 0; }
pre { background: var(--tint); padding: 0.7rem; font-size: 0.8rem; line-height: 1.4; border-radius: 4px; }
table { border-collapse: collapse; font-size: 0.88rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.7rem 0.3rem 0; border-bottom: 1px solid var(--rule); min-width: 5.5rem; }
thead th { color: var(--soft); font-weight: 600; }
tbody th { font-weight: 600; background: var(--paper); }
@media (min-width: 40rem) { tbody th:first-child { position: sticky; left: 0; } }
.violated { color: var(--violated); }
.open { color: var(--open); }
.differs { color: var(--differs); font-weight: 600; }
details > div { scroll-margin-top: 4rem; }
details { margin: 0.4rem 0; border-left: 2px solid var(--rule); padding-left: 0.8rem; }
summary { cursor: pointer; padding: 0.3rem 0; overflow-wrap: anywhere; }
svg { display: block; color: var(--ink); }
.program text { font-size: 12px; fill: currentColor; }
.program .box { fill: var(--tint); stroke: var(--rule); }
.program .never { fill: none; stroke: var(--soft); stroke-dasharray: 3 3; }
.program .down, .program .ahead, .program .back { fill: none; stroke: var(--soft); }
.program .back { stroke: var(--violated); }
.program .tip { fill: var(--soft); }
.program .tip-back { fill: var(--violated); }
.lanes { background: var(--tint); border-radius: 4px; }
.lanes text { font-size: 10.5px; fill: currentColor; paint-order: stroke; stroke: var(--tint); stroke-width: 3px; stroke-linejoin: round; }
.lanes .lane { stroke: var(--rule); stroke-width: 2; }
.lanes .lane-name { font-weight: 700; font-size: 12px; }
.lanes .number { text-anchor: end; fill: var(--soft); }
.lanes .aside { opacity: 0.4; }
.lanes circle { fill: var(--link); }
.lanes .lane1 circle, .lanes .lane4 circle { fill: var(--violated); }
.lanes .lane2 circle, .lanes .lane5 circle { fill: var(--open); }
.lanes .causes { fill: none; stroke: var(--soft); stroke-width: 1.4; opacity: 0.75; }
.lanes .overtakes { fill: none; stroke: var(--differs); stroke-width: 1.6; stroke-dasharray: 4 3; }
.lanes path.causes-head { fill: var(--soft); stroke: none; opacity: 1; }
.lanes path.overtakes-head { fill: var(--differs); stroke: none; }
.lanes .bar rect { fill: var(--bar); }
.lanes .bar.none rect { fill: none; stroke: var(--rule); }
.lanes .field { fill: var(--soft); }
.lanes .value { stroke: none; font-size: 8.5px; text-anchor: middle; }
.lanes .turn { stroke: var(--differs); stroke-width: 1; stroke-dasharray: 2 3; }
.lanes .turn-name { fill: var(--differs); text-anchor: end; font-size: 9.5px; }
.chart text { font-size: 12px; fill: currentColor; }
.chart .tick { fill: var(--soft); font-size: 11px; }
.chart .grid { stroke: var(--rule); fill: none; }
.chart polyline { fill: none; stroke: var(--link); stroke-width: 2; }
.chart .series0:not(polyline) { fill: var(--link); }
.chart polyline.series1 { stroke: var(--violated); }
.chart .series1:not(polyline) { fill: var(--violated); }
.chart polyline.series2 { stroke: var(--open); }
.chart .series2:not(polyline) { fill: var(--open); }
.chart polyline.series3 { stroke: var(--differs); }
.chart .series3:not(polyline) { fill: var(--differs); }
@media print { details { display: block; } .wide { overflow: visible; } }
`
