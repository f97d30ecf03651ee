package dev.keelson.features;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Row;
import dev.keelson.features.FeatureService.Group;
import dev.keelson.features.internal.KeyIndex;
import dev.keelson.features.internal.KeyState;
import dev.keelson.features.internal.SourceRows;
import dev.keelson.features.internal.ViewPlan;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The latest state of every feature view, brought forward as rows become known, with the values that
 * {@link FeatureEngine#history} gives, bit for bit.
 *
 * <p>Each view has a watermark: the rows known strictly before it are contained. {@link #advance} moves it; rows given
 * before they are known wait. Waiting rows are not stored: after a restart the rows known from the watermark on are
 * given again. Giving rows again is harmless, because those known before the watermark are left out. So a late row must
 * have a known time at or after the watermark, as the versions of a data set give it.
 *
 * <p>States are held on the heap, loaded from the store when first asked for, and written back by {@link #flush}.
 *
 * <p>Safe for use by several threads: {@link #get} runs beside {@link #advance} and sees all of an advance or
 * nothing of it.
 */
public final class OnlineFeatures {
    private final FeatureEngine engine;
    private final OnlineStore store;
    private final Map<String, LiveView> views = new LinkedHashMap<>();
    private final Map<String, SourceRows> waiting = new HashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private final ReentrantReadWriteLock published = new ReentrantReadWriteLock();

    /** A view's states. Those in the map are never changed, only replaced. */
    private static final class LiveView {
        private final ViewPlan plan;
        private final Map<String, KeyState> states = new ConcurrentHashMap<>();
        private final TreeSet<String> unsaved = new TreeSet<>();
        private final boolean stored;
        private long watermark;

        LiveView(ViewPlan plan, Optional<Instant> watermark) {
            this.plan = plan;
            this.stored = watermark.isPresent();
            this.watermark = watermark.map(Micros::of).orElse(Long.MIN_VALUE);
        }
    }

    /**
     * What an advance did, counted in rows of sources.
     *
     * @param applied rows that at least one view had not contained and now contains
     * @param waiting rows given that are not known yet
     * @param contained rows given that every view contained already
     */
    public record Advance(int applied, int waiting, int contained) {}

    /**
     * An entity that a request names and of which nothing is known.
     *
     * @param entity what kind of thing it is, such as {@code team}
     * @param column the column of the request that names it
     * @param key its name there
     */
    public record UnknownEntity(String entity, String column, String key) {}

    private OnlineFeatures(FeatureEngine engine, OnlineStore store) {
        this.engine = engine;
        this.store = store;
        for (ViewPlan plan : engine.views().values()) {
            views.put(plan.name(), new LiveView(plan, store.watermark(plan.storeName())));
        }
    }

    /**
     * Opens the state in a store. A view whose definition the store does not know starts empty; it must be given all
     * rows.
     *
     * @param store stays the caller's, who closes it
     */
    public static OnlineFeatures open(FeatureEngine engine, OnlineStore store) {
        return new OnlineFeatures(engine, store);
    }

    /**
     * Up to when (exclusive) rows are contained in every view; empty when a view contains none, and must be given all
     * of its rows.
     */
    public Optional<Instant> watermark() {
        published.readLock().lock();
        try {
            long least = views.values().stream()
                    .mapToLong(view -> view.watermark)
                    .min()
                    .orElse(Long.MIN_VALUE);
            return least == Long.MIN_VALUE ? Optional.empty() : Optional.of(Micros.toInstant(least));
        } finally {
            published.readLock().unlock();
        }
    }

    /**
     * Takes rows of the only source, and applies those that became known.
     *
     * @see #advance(Map, Instant)
     */
    public Advance advance(Frame newRows, Instant asOf) {
        List<String> sources = engine.sourceNames();
        if (sources.size() != 1) {
            throw new IllegalArgumentException("The views read %d sources (%s), but the rows of one were given."
                    .formatted(sources.size(), sources));
        }
        return advance(Map.of(sources.getFirst(), newRows), asOf);
    }

    /**
     * Takes rows, and applies those that became known: from each view's watermark on, strictly before {@code asOf},
     * which is the new watermark. With an {@code asOf} at or before the watermark nothing changes, but rows not yet
     * known wait. A waiting row is replaced by one with the same key.
     *
     * @param newRows source to rows with the system columns, in any order
     */
    public Advance advance(Map<String, Frame> newRows, Instant asOf) {
        changing.lock();
        try {
            long until = Micros.of(asOf);
            Map<LiveView, Map<String, KeyState>> changes = new LinkedHashMap<>();
            int applied = 0;
            int stillWaiting = 0;
            int contained = 0;
            for (String source : engine.sourceNames()) {
                SourceRows rows = takeWaiting(source, newRows.get(source));
                if (rows == null) {
                    continue;
                }
                List<LiveView> readers = views.values().stream()
                        .filter(view -> view.plan.source().name().equals(source))
                        .toList();
                long from =
                        readers.stream().mapToLong(view -> view.watermark).min().orElse(until);
                SourceRows due = rows.knownBetween(from, until).inApplicationOrder();
                SourceRows later = rows.knownBetween(Math.max(from, until), Long.MAX_VALUE);
                waiting.put(source, later);
                for (LiveView view : readers) {
                    changes.put(view, changed(view, due));
                }
                applied += due.rows();
                stillWaiting += later.rows();
                contained += rows.rows() - due.rows() - later.rows();
            }
            publish(changes, until);
            return new Advance(applied, stillWaiting, contained);
        } finally {
            changing.unlock();
        }
    }

    private @Nullable SourceRows takeWaiting(String source, @Nullable Frame newRows) {
        SourceRows held = waiting.get(source);
        if (newRows == null) {
            return held;
        }
        SourceRows given = SourceRows.of(engine.source(source), newRows);
        return held == null ? given : held.replacedBy(given);
    }

    /** The states that rows change, as changed copies. */
    private Map<String, KeyState> changed(LiveView view, SourceRows due) {
        Map<String, KeyState> copies = new TreeMap<>();
        if (due.rows() == 0) {
            return copies;
        }
        ViewPlan.Events events = view.plan.events(due);
        KeyIndex index = due.keys();
        @Nullable KeyState[] changed = new @Nullable KeyState[index.size()];
        ViewPlan.States copying = key -> {
            KeyState copy = changed[key];
            if (copy == null) {
                KeyState current = state(view, index.key(key));
                copy = current == null ? view.plan.newState() : current.copy();
                changed[key] = copy;
            }
            return copy;
        };
        long[] knownAts = due.knownAts();
        for (int row = 0; row < knownAts.length; row++) {
            if (knownAts[row] >= view.watermark) {
                events.apply(row, copying);
            }
        }
        for (int key = 0; key < changed.length; key++) {
            KeyState copy = changed[key];
            if (copy != null) {
                copies.put(index.key(key), copy);
            }
        }
        return copies;
    }

    private void publish(Map<LiveView, Map<String, KeyState>> changes, long until) {
        published.writeLock().lock();
        try {
            changes.forEach((view, states) -> {
                view.states.putAll(states);
                view.unsaved.addAll(states.keySet());
            });
            for (LiveView view : views.values()) {
                view.watermark = Math.max(view.watermark, until);
            }
        } finally {
            published.writeLock().unlock();
        }
    }

    /** The state of a key, or null when there is none. */
    private @Nullable KeyState state(LiveView view, String key) {
        KeyState held = view.states.get(key);
        if (held != null || !view.stored) {
            return held;
        }
        OnlineStore.Entry entry = store.get(view.plan.storeName(), key).orElse(null);
        if (entry == null) {
            return null;
        }
        KeyState loaded = view.plan.decode(entry.bytes(), key);
        KeyState first = view.states.putIfAbsent(key, loaded);
        return first == null ? loaded : first;
    }

    /**
     * The features of a request.
     *
     * @param service of the same engine
     * @param request a row of {@link FeatureService#requestSchema()}
     * @param asOf when it is asked, not before the watermark; rows that became known since the last advance are not
     *     contained
     * @throws KeelsonException BAD_REQUEST if {@code asOf} lies before the watermark: what was known then is no longer
     *     held
     */
    public FeatureVector get(FeatureService service, Row request, Instant asOf) {
        published.readLock().lock();
        try {
            long micros = Micros.of(asOf);
            long known = newestWatermark();
            if (micros < known) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The features are asked for as of %s, but already contain what became known until %s."
                                .formatted(asOf, Micros.toInstant(known)),
                        "Maybe the event has happened already: give it a time after that, or let `keelson replay` predict the past as if it were still to come.");
            }
            return read(service, request, micros);
        } finally {
            published.readLock().unlock();
        }
    }

    /**
     * The features of a request asked now, while the state may be advancing: as of {@code now}, or of the watermark
     * when that is later.
     */
    public FeatureVector latest(FeatureService service, Row request, Instant now) {
        published.readLock().lock();
        try {
            return read(service, request, Math.max(Micros.of(now), newestWatermark()));
        } finally {
            published.readLock().unlock();
        }
    }

    private long newestWatermark() {
        long newest = Long.MIN_VALUE;
        for (LiveView view : views.values()) {
            newest = Math.max(newest, view.watermark);
        }
        return newest;
    }

    private FeatureVector read(FeatureService service, Row request, long asOf) {
        double[] values = new double[service.slots];
        byte[] statuses = new byte[service.slots];
        long[] ages = new long[service.slots];
        int stateSlots = 0;
        for (int g = 0; g < service.groups.size(); g++) {
            Group group = service.groups.get(g);
            int[] slots = service.groupSlots[g];
            if (slots.length > 0) {
                readGroup(group, slots, service.groupFeatures[g], request, asOf, values, statuses, ages);
                stateSlots += slots.length;
            }
        }
        service.compute(service.new SingleRow(request, values), new double[service.scratchLength()]);
        for (int slot = stateSlots; slot < values.length; slot++) {
            statuses[slot] = FeatureEngine.statusOf(values[slot]);
            ages[slot] = FeatureVector.NO_AGE;
        }
        int[] outputs = service.outputs;
        double[] outputValues = new double[outputs.length];
        byte[] outputStatuses = new byte[outputs.length];
        long[] outputAges = new long[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            outputValues[i] = values[outputs[i]];
            outputStatuses[i] = statuses[outputs[i]];
            outputAges[i] = ages[outputs[i]];
        }
        return new FeatureVector(service.names(), outputValues, outputStatuses, outputAges, Micros.toInstant(asOf));
    }

    private void readGroup(
            Group group,
            int[] slots,
            int[] features,
            Row request,
            long asOf,
            double[] values,
            byte[] statuses,
            long[] ages) {
        LiveView view = views.get(group.view().name());
        if (view == null || view.plan != group.view()) {
            throw new IllegalArgumentException(
                    "The service was compiled by another engine: its view (%s) is unknown here."
                            .formatted(group.view().name()));
        }
        String key = group.key(request);
        KeyState state = key == null ? null : state(view, key);
        FeatureStatus shared = key == null ? FeatureStatus.NULL_KEY : view.plan.status(state, asOf);
        long age = state == null ? FeatureVector.NO_AGE : asOf - state.newestEvent();
        ViewPlan.Others others = other -> state(view, other);
        for (int i = 0; i < slots.length; i++) {
            int slot = slots[i];
            ages[slot] = age;
            if (state == null || shared != FeatureStatus.PRESENT) {
                values[slot] = Double.NaN;
                statuses[slot] = shared.code();
            } else {
                values[slot] = view.plan.read(features[i], state, asOf, others);
                statuses[slot] = FeatureEngine.statusOf(values[slot]);
            }
        }
    }

    /**
     * The entities that a request names and of which no view that the service reads holds anything: their features have
     * the status NOT_FOUND.
     *
     * @param service of the same engine
     * @param request a row of {@link FeatureService#requestSchema()}
     * @return in the order of the service's views, each once; usually none
     */
    public List<UnknownEntity> unknown(FeatureService service, Row request) {
        published.readLock().lock();
        try {
            List<UnknownEntity> unknown = List.of();
            for (int g = 0; g < service.groups.size(); g++) {
                Group group = service.groups.get(g);
                String key = service.groupSlots[g].length == 0 ? null : group.key(request);
                if (key == null || isKnown(group, key)) {
                    continue;
                }
                UnknownEntity entity =
                        new UnknownEntity(group.view().definition().entity(), group.keyColumn(), key);
                if (!unknown.contains(entity)) {
                    unknown = unknown.isEmpty() ? new ArrayList<>() : unknown;
                    unknown.add(entity);
                }
            }
            if (!unknown.isEmpty()) {
                unknown.removeIf(each -> isKnownElsewhere(service, request, each));
            }
            return unknown;
        } finally {
            published.readLock().unlock();
        }
    }

    /** A view may leave out all events of an entity that another view knows. */
    private boolean isKnownElsewhere(FeatureService service, Row request, UnknownEntity entity) {
        for (Group group : service.groups) {
            if (group.view().definition().entity().equals(entity.entity())
                    && entity.key().equals(group.key(request))
                    && isKnown(group, entity.key())) {
                return true;
            }
        }
        return false;
    }

    private boolean isKnown(Group group, String key) {
        LiveView view = views.get(group.view().name());
        return view != null && state(view, key) != null;
    }

    /** The keys of an entity that any view holds something for, in alphabetical order of code units. */
    public List<String> keys(String entity) {
        published.readLock().lock();
        try {
            TreeSet<String> keys = new TreeSet<>();
            for (LiveView view : views.values()) {
                if (view.plan.definition().entity().equals(entity)) {
                    keys.addAll(view.states.keySet());
                    if (view.stored) {
                        keys.addAll(store.keys(view.plan.storeName()));
                    }
                }
            }
            keys.removeIf(ViewPlan::isGroup);
            return List.copyOf(keys);
        } finally {
            published.readLock().unlock();
        }
    }

    /**
     * Writes the states that changed since the last flush, and the watermarks, to the store, as one unit.
     *
     * @return how many states were written
     */
    public int flush() {
        changing.lock();
        try {
            List<OnlineStore.Put> puts = new ArrayList<>();
            Map<String, Instant> watermarks = new TreeMap<>();
            for (LiveView view : views.values()) {
                if (view.watermark != Long.MIN_VALUE) {
                    watermarks.put(view.plan.storeName(), Micros.toInstant(view.watermark));
                }
                for (String key : view.unsaved) {
                    KeyState state = view.states.get(key);
                    if (state != null) {
                        puts.add(new OnlineStore.Put(view.plan.storeName(), key, entry(view.plan, state)));
                    }
                }
            }
            store.putAll(puts, watermarks);
            views.values().forEach(view -> view.unsaved.clear());
            return puts.size();
        } finally {
            changing.unlock();
        }
    }

    private static OnlineStore.Entry entry(ViewPlan plan, KeyState state) {
        return new OnlineStore.Entry(
                plan.encode(state), Micros.toInstant(state.newestKnown()), Micros.toInstant(state.newestEvent()));
    }

    /**
     * Removes from the store what belongs to other definitions than those of this engine.
     *
     * @return how many views were removed
     */
    public int removeOthers() {
        List<String> own =
                views.values().stream().map(view -> view.plan.storeName()).toList();
        int removed = 0;
        for (String view : store.views()) {
            if (!own.contains(view)) {
                store.remove(view);
                removed++;
            }
        }
        return removed;
    }
}
