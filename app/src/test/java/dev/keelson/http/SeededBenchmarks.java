package dev.keelson.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One set, {@code weekly}, with a report; another benchmark of it runs for ever. */
final class SeededBenchmarks implements Benchmarks {
    private final List<Benchmark> all = new ArrayList<>(List.of(done()));

    private static Benchmark done() {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.putObject("summary").put("models", 2).put("verdict", "missed");
        return new Benchmark("benchmark-weekly-0", "weekly", State.DONE, Instant.EPOCH, 2, 2, report, null);
    }

    @Override
    public Benchmark start(@Nullable String set) {
        if (set != null && !set.equals("weekly")) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no benchmark (%s).".formatted(set), null);
        }
        Benchmark begun = new Benchmark(
                "benchmark-weekly-" + all.size(), "weekly", State.RUNNING, Instant.EPOCH, 0, 2, null, null);
        all.addFirst(begun);
        return begun;
    }

    @Override
    public Optional<Benchmark> find(String id) {
        return all.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    @Override
    public List<Benchmark> list() {
        return List.copyOf(all);
    }
}
