/** What each release, and each proposal that was posted, puts together. */
import { killers, thaws } from './killer.ts'
import { clock, manager, reaper, timer, writer } from './reaper.ts'
import { exemptions, freezingBy, thread, type Exempt } from './thread.ts'
import type { Setup } from './state.ts'

/** Before 4.6. */
const unreaped = (setup: Setup): Setup => ({ ...setup, withoutReaper: true })

const composed = <const K>(killer: K, exempt: Exempt, setup: Setup) => {
  const freezing = freezingBy(exempt, setup)
  return [killer, thread(freezing, setup), timer(setup), reaper(setup), manager(setup), writer(freezing, setup), clock]
}

export const variants = {
  '6.18': (setup: Setup) => composed(killers.delays(thaws.process, setup), exemptions.oom_mm, setup),
  '6.17': (setup: Setup) => composed(killers.delays(thaws.thread, setup), exemptions.TIF_MEMDIE, setup),
  '5.17': (setup: Setup) => composed(killers.without(thaws.thread, setup), exemptions.TIF_MEMDIE, setup),
  '3.18': (setup: Setup) => composed(killers.without(thaws.thread, setup), exemptions.TIF_MEMDIE, unreaped(setup)),
  '3.3': (setup: Setup) => composed(killers.without(thaws.thread, setup), exemptions.nobody, unreaped(setup)),
  '2.6.39': (setup: Setup) => composed(killers.thawsNothing(setup), exemptions.nobody, unreaped(setup)),
  v5: (setup: Setup) => composed(killers.v5(setup), exemptions.TIF_MEMDIE, setup),
  'v5-initialised': (setup: Setup) => composed(killers.v5Initialised(setup), exemptions.TIF_MEMDIE, setup),
  v6: (setup: Setup) => composed(killers.v6(setup), exemptions.TIF_MEMDIE, setup),
  'read-once': (setup: Setup) => composed(killers.readOnce(setup), exemptions.TIF_MEMDIE, setup),
  'thaw-last': (setup: Setup) => composed(killers.thawsLast(setup), exemptions.TIF_MEMDIE, setup),
  'v5-thaw-last': (setup: Setup) => composed(killers.v5ThawsLast(setup), exemptions.TIF_MEMDIE, setup),
  'read-once-thaw-last': (setup: Setup) => composed(killers.readOnceThawsLast(setup), exemptions.TIF_MEMDIE, setup),
}
