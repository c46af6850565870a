import { onBeforeUnmount, type Ref, ref } from "vue";

/** Counts whole seconds down to zero for as long as a component lives, on the monotonic clock. */
export function useCountdown(): { leftS: Ref<number>; start: (seconds: number) => void } {
  const leftS = ref(0);
  let endMs = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    leftS.value = Math.max(0, Math.ceil((endMs - performance.now()) / 1000));
    if (leftS.value === 0) clearInterval(timer);
  }

  function start(seconds: number): void {
    clearInterval(timer);
    endMs = performance.now() + seconds * 1000;
    timer = setInterval(tick, 1000);
    tick();
  }

  onBeforeUnmount(() => clearInterval(timer));
  return { leftS, start };
}
