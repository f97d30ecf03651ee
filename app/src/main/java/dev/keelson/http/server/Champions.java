package dev.keelson.http.server;

import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/** The versions that serve, looked up anew at most every few seconds, so that failing requests cost no query each. */
final class Champions implements ToIntFunction<String> {
    private static final long KEPT_NANOS = Duration.ofSeconds(5).toNanos();

    private record Seen(int version, long at) {}

    private final Backend backend;
    private final LongSupplier nanos;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    Champions(Backend backend, LongSupplier nanos) {
        this.backend = backend;
        this.nanos = nanos;
    }

    /** The version of a model that serves; 0 for none. */
    @Override
    public int applyAsInt(String model) {
        if (backend.project().models().stream().noneMatch(each -> each.name().equals(model))) {
            return 0;
        }
        long now = nanos.getAsLong();
        return seen.compute(model, (name, before) -> before != null && now - before.at() < KEPT_NANOS
                        ? before
                        : new Seen(backend.alias(name, ModelVersion.CHAMPION).map(ModelVersion::version).orElse(0), now))
                .version();
    }
}
