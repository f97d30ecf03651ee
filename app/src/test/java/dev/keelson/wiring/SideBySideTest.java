package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SideBySideTest {
    private final Map<String, Callable<Integer>> tasks = new LinkedHashMap<>();
    private final List<String> taken = new ArrayList<>();

    private Map<String, KeelsonException> run(int most) {
        return SideBySide.run(tasks, most, (name, result) -> taken.add(name + result));
    }

    @Test
    void resultsComeInTheOrderOfTheTasksWhicheverEndsFirst() {
        CountDownLatch second = new CountDownLatch(1);
        tasks.put("a", () -> {
            second.await();
            return 1;
        });
        tasks.put("b", () -> {
            second.countDown();
            return 2;
        });

        run(2);

        assertThat(taken).containsExactly("a1", "b2");
    }

    @Test
    void whatCameBeforeAFailureIsTaken() {
        tasks.put("a", () -> 1);
        tasks.put("b", () -> {
            throw new IllegalArgumentException("no rows");
        });
        tasks.put("c", () -> 3);

        assertThatThrownBy(() -> run(1)).isInstanceOf(IllegalArgumentException.class).hasMessage("no rows");
        assertThat(taken).containsExactly("a1");
    }

    @Test
    void anExpectedFailureKeepsNoOtherFromBeingTaken() {
        KeelsonException few = new KeelsonException(ErrorCode.NOT_ENOUGH_ROWS, "too few", null);
        tasks.put("a", () -> 1);
        tasks.put("b", () -> {
            throw few;
        });
        tasks.put("c", () -> 3);

        Map<String, KeelsonException> failed = run(1);

        assertThat(taken).containsExactly("a1", "c3");
        assertThat(failed).containsExactly(Map.entry("b", few));
    }

    @Test
    void nothingIsDoneWithoutTasks() {
        run(4);

        assertThat(taken).isEmpty();
    }
}
