package dev.keelson.wiring;

import dev.keelson.features.FeatureService;
import dev.keelson.monitor.WindowProfiles;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLog.Placed;
import dev.keelson.store.files.DurableFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of what the champions of a project were asked, kept up to date as predictions are logged. When the project is
 * closed they are written into a file with the place in the journal up to which they count; the next start reads it and takes
 * what the journal has beyond that place, which after a crash is all since the last orderly end. That goes on beside the start;
 * only who asks for a profile waits for it. Safe for use by several threads.
 */
final class ServedProfiles implements PredictionSink, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ServedProfiles.class.getName());
    private static final int FORMAT = 2;
    private static final int READ = 10_000;

    private final PredictionLog log;
    private final Path file;
    private final Map<String, WindowProfiles> profiles;
    private final CompletableFuture<Void> followed;
    private volatile boolean stopped;

    /** @param after what the journal has beyond this place and up to now is still to be taken */
    private ServedProfiles(PredictionLog log, Path file, Map<String, WindowProfiles> profiles, long after) {
        this.log = log;
        this.file = file;
        this.profiles = profiles;
        long end = log.nextPlace(); // what comes from here on is appended through this
        this.followed = CompletableFuture.runAsync(
                () -> follow(after, end), task -> Thread.ofVirtual().name("keelson-profiles").start(task));
    }

    /**
     * Opens the profiles of models.
     *
     * @param log brought up to date
     */
    static ServedProfiles open(PredictionLog log, Path file, List<ModelPlan> plans) {
        Map<String, WindowProfiles> empty = new LinkedHashMap<>();
        for (ModelPlan plan : plans) {
            empty.put(plan.name(), new WindowProfiles(layout(plan)));
        }
        Stored stored = read(file);
        boolean fits = stored != null
                && stored.profiles.keySet().equals(empty.keySet())
                && stored.profiles.entrySet().stream()
                        .allMatch(each -> Optional.ofNullable(empty.get(each.getKey()))
                                .filter(mine -> mine.layout().equals(each.getValue().layout()))
                                .isPresent());
        return stored != null && fits
                ? new ServedProfiles(log, file, stored.profiles, stored.end - 1)
                : new ServedProfiles(log, file, empty, 0);
    }

    private static boolean[] layout(ModelPlan plan) {
        FeatureService service = plan.service();
        boolean[] categories = new boolean[service.names().size() + plan.watchNames().size()];
        for (int c = 0; c < service.names().size(); c++) {
            categories[c] = service.categories().containsKey(service.names().get(c));
        }
        return categories;
    }

    private record Stored(long end, Map<String, WindowProfiles> profiles) {}

    private static @Nullable Stored read(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            if (in.readInt() != FORMAT) {
                return null;
            }
            long end = in.readLong();
            Map<String, WindowProfiles> profiles = new LinkedHashMap<>();
            int models = in.readInt();
            for (int i = 0; i < models; i++) {
                profiles.put(in.readUTF(), WindowProfiles.read(in));
            }
            return new Stored(end, profiles);
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "The profiles ({0}) cannot be read and are made anew: {1}", file, e.getMessage());
            return null;
        }
    }

    /** Takes what the journal has beyond a place and before another. */
    private void follow(long after, long end) {
        long at = after;
        while (!stopped) {
            List<Placed> found = log.predictions(at, READ);
            add(found.stream()
                    .filter(each -> each.place() < end)
                    .map(each -> each.prediction().event())
                    .toList());
            if (found.size() < READ || found.getLast().place() >= end) {
                return;
            }
            at = found.getLast().place();
        }
    }

    @Override
    public void append(List<PredictionEvent> events, boolean durable) {
        log.append(events, durable);
        add(events);
    }

    private void add(List<PredictionEvent> events) {
        for (PredictionEvent event : events) {
            if (event.role().equals(ModelVersion.CHAMPION)) {
                WindowProfiles of = profiles.get(event.model());
                if (of != null) {
                    of.add(event.eventTime(), event.features(), event.watched());
                }
            }
        }
    }

    /** Whether it is one of the models. */
    boolean knows(String model) {
        return profiles.containsKey(model);
    }

    /**
     * What a model was asked.
     *
     * @throws IllegalArgumentException if it is none of the models
     */
    WindowProfiles of(String model) {
        WindowProfiles of = profiles.get(model);
        if (of == null) {
            throw new IllegalArgumentException("There is no profile of the model (%s).".formatted(model));
        }
        followed.join();
        return of;
    }

    /** Stops taking what the journal has; called before the log is closed. */
    void stop() {
        stopped = true;
        Throwable failure = followed.handle((nothing, thrown) -> thrown).join();
        if (failure != null) {
            LOG.log(System.Logger.Level.WARNING, "The profiles did not take all of the journal: {0}", failure.getMessage());
        }
    }

    /** Writes them, unless they lack what the journal had at the start; nothing may be appended any more. */
    @Override
    public void close() {
        boolean whole = followed.isDone() && !followed.isCompletedExceptionally();
        stop();
        if (!whole) {
            return; // the next start goes on from the file that is there
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(FORMAT);
            out.writeLong(log.nextPlace());
            out.writeInt(profiles.size());
            for (Map.Entry<String, WindowProfiles> each : profiles.entrySet()) {
                out.writeUTF(each.getKey());
                each.getValue().write(out);
            }
            Path half = file.resolveSibling(file.getFileName() + ".half");
            DurableFiles.write(half, bytes.toByteArray());
            DurableFiles.move(half, file);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The profiles ({0}) cannot be written; the next start reads the journal instead: {1}",
                    file,
                    e.getMessage());
        }
    }
}
