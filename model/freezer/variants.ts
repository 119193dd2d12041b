/** What each release, and each proposal that was posted, puts together. */
import { killers, thaws } from './killer.ts'
import { clock, manager, reaper, timer, writer } from './reaper.ts'
import { exemptions, freezingBy, thread, type Exempt } from './thread.ts'
import type { Setup } from './state.ts'

/** Before 4.6 nobody reaps; the timer that is armed all the same is nobody's. */
const unreaped = <const K>(killer: K, exempt: Exempt, setup: Setup) => {
  const freezing = freezingBy(exempt, setup)
  return [killer, thread(freezing, setup), writer(freezing, setup), clock]
}

/** With mrelease nobody but the manager kills. */
const reaped = <const K>(killer: K, exempt: Exempt, setup: Setup) => {
  if (setup.withoutReaper) return unreaped(killer, exempt, setup)
  if (setup.mrelease) return unreaped(manager, exempt, setup)
  return [...unreaped(killer, exempt, setup), timer, reaper]
}

export const variants = {
  '6.18': (setup: Setup) => reaped(killers.delays(thaws.process, setup), exemptions.oom_mm, setup),
  '6.17': (setup: Setup) => reaped(killers.delays(thaws.thread, setup), exemptions.TIF_MEMDIE, setup),
  '5.17': (setup: Setup) => reaped(killers.without(thaws.thread, setup), exemptions.TIF_MEMDIE, setup),
  '3.18': (setup: Setup) => unreaped(killers.without(thaws.thread, setup), exemptions.TIF_MEMDIE, setup),
  '3.3': (setup: Setup) => unreaped(killers.without(thaws.thread, setup), exemptions.nobody, setup),
  '2.6.39': (setup: Setup) => unreaped(killers.thawsNothing(setup), exemptions.nobody, setup),
  v5: (setup: Setup) => reaped(killers.v5(setup), exemptions.TIF_MEMDIE, setup),
  'v5-initialised': (setup: Setup) => reaped(killers.v5Initialised(setup), exemptions.TIF_MEMDIE, setup),
  v6: (setup: Setup) => reaped(killers.v6(setup), exemptions.TIF_MEMDIE, setup),
  'read-once': (setup: Setup) => reaped(killers.readOnce(setup), exemptions.TIF_MEMDIE, setup),
  'thaw-last': (setup: Setup) => reaped(killers.thawsLast(setup), exemptions.TIF_MEMDIE, setup),
  'v5-thaw-last': (setup: Setup) => reaped(killers.v5ThawsLast(setup), exemptions.TIF_MEMDIE, setup),
  'read-once-thaw-last': (setup: Setup) => reaped(killers.readOnceThawsLast(setup), exemptions.TIF_MEMDIE, setup),
}
