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
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.features.spi.SharedOnlineStore.Reading;
import dev.keelson.features.spi.SharedOnlineStore.ViewState;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
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
 * <p>Rows that are pushed ({@link #push}) lie over the stored states without becoming part of them: they count from
 * their known time on, until the watermark passes it. By then the data that the view is filled from is expected to hold
 * them. So whatever is pushed, what is stored depends on the data alone.
 *
 * <p>States are loaded from the store when first asked for, and written back by {@link #flush}. A bounded number of them
 * stays on the heap; those not yet written back always do.
 *
 * <p>A store that several processes share is asked in each reading, in one round trip, for the states that are not on
 * the heap, for the versions of the views and for the number of the last push. What was changed elsewhere is read again
 * first. So a reading sees everything that any process had stored before it began. A view that another process changed
 * while this one was about to is not stored: STORE_CHANGED.
 *
 * <p>Safe for use by several threads: {@link #get} runs beside {@link #advance} and sees all of an advance or
 * nothing of it.
 */
public final class OnlineFeatures {
    /** How many states of a view stay on the heap when nothing else is said. */
    public static final int DEFAULT_CACHED_STATES = 50_000;

    private static final long NEVER = Long.MAX_VALUE;
    /**
     * How long before the moment up to which rows are applied those begin whose keys also hold how they stood before. The
     * events of a day without a time are asked about as of its midnight: at most a day ago, of 25 hours when clocks go back.
     */
    private static final long HELD_MICROS = 26 * 3_600_000_000L;
    /** Stands in the store between a view's name and the mark of its being filled anew. */
    private static final String ASIDE = "+";
    /** How often a reading begins anew because others change a shared store. */
    private static final int READINGS = 20;
    /** Keys asked of a shared store at once. */
    private static final int KEYS_AT_ONCE = 5_000;
    /** Of entities with more, the keys are not kept as a list. */
    private static final int MOST_KEPT_KEYS = 20_000;

    private final FeatureEngine engine;
    private final OnlineStore store;
    /** The store, when it is shared. */
    private final @Nullable SharedOnlineStore shared;
    private final int cachedStates;
    private final Map<String, LiveView> views = new LinkedHashMap<>();
    private final Map<String, SourceRows> waiting = new HashMap<>();
    private final Map<String, SourceRows> pushed = new TreeMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private final ReentrantReadWriteLock published = new ReentrantReadWriteLock();
    /** Pushed rows known before it are applied. */
    private long pushedUntil = Long.MIN_VALUE;
    /** When the first of the pushed rows that are not applied becomes known. */
    private volatile long nextPushed = NEVER;
    /** Number of the last push of a shared store that was laid over the states. */
    private volatile long lastPush;
    private volatile @Nullable PushedElsewhere pushedElsewhere;
    /** Views that this process is filling: what others do with them shows when they are stored. */
    private final Set<String> filling = new HashSet<>();

    /** Lays what was pushed to a shared store over the states. */
    @FunctionalInterface
    public interface PushedElsewhere {
        /**
         * Fetches pushed rows and hands them over with {@link OnlineFeatures#lay}.
         *
         * @param all whether all of them are wanted; else those that came since the last time
         */
        void lay(boolean all);
    }

    /** Counts what may change which keys there are; changed under the lock of the writers. */
    private final AtomicLong keyChanges = new AtomicLong();
    /** The keys of entities that have few, as of a count of changes. */
    private volatile @Nullable KnownKeys knownKeys;

    private record KnownKeys(long changes, Map<String, List<String>> keys) {}

    /** Someone else changed a view of a shared store. */
    private static final class ChangedElsewhere extends RuntimeException {
        ChangedElsewhere() {
            super(null, null, false, false);
        }
    }

    /** Rows that were pushed to a source. */
    public record Pushed(String source, Frame rows) {}

    /** A state on the heap. */
    private static final class Held {
        private final KeyState state;
        private volatile boolean unsaved;
        private volatile boolean used = true;

        Held(KeyState state, boolean unsaved) {
            this.state = state;
            this.unsaved = unsaved;
        }
    }

    /** What pushed rows make of a view. One is told from another by identity. */
    private static final class Overlay {
        static final Overlay NONE = new Overlay(Map.of(), null);

        private final Map<String, KeyState> states;
        private final @Nullable SourceRows rows;

        /**
         * @param states of the keys that they change
         * @param rows those applied; null when there are none
         */
        Overlay(Map<String, KeyState> states, @Nullable SourceRows rows) {
            this.states = states;
            this.rows = rows;
        }
    }

    /**
     * What pushed rows made of a view before an instant.
     *
     * @param of the overlay from whose rows it was made
     */
    private record Past(Overlay of, long asOf, Map<String, KeyState> states) {}

    /** A view's states. Those in the maps are never changed, only replaced. */
    private static final class LiveView {
        private final ViewPlan plan;
        private final String storeName;
        private final Map<String, Held> states = new ConcurrentHashMap<>();
        private final Set<String> unsaved = new HashSet<>();
        private volatile boolean stored;
        /** In a shared store. */
        private volatile long version;
        private long watermark;
        private long storedWatermark;
        private long newestEvent;
        private @Nullable String note;
        private Overlay overlay = Overlay.NONE;
        /** The overlay as it was at the moment that was asked for last. */
        private volatile @Nullable Past past;
        private @Nullable Iterator<Held> hand;

        LiveView(ViewPlan plan, String storeName, ViewState state) {
            this.plan = plan;
            this.storeName = storeName;
            this.stored = state.watermark() != null;
            this.version = state.version();
            this.watermark = state.watermark() == null ? Long.MIN_VALUE : Micros.of(state.watermark());
            this.storedWatermark = watermark;
            this.newestEvent = state.newestEvent() == null ? KeyState.NONE : Micros.of(state.newestEvent());
            this.note = state.note();
        }

        boolean unchanged(@Nullable String newNote) {
            return unsaved.isEmpty() && watermark == storedWatermark && (newNote == null || newNote.equals(note));
        }

        /** Gives up states that were not used for a while until there are at most so many that are saved. */
        void trim(int limit) {
            int excess = states.size() - unsaved.size() - limit;
            if (excess <= 0) {
                return;
            }
            int goal = excess + limit / 16;
            Iterator<Held> at = hand;
            for (int seen = 2 * states.size(); seen > 0 && goal > 0; seen--) {
                if (at == null || !at.hasNext()) {
                    at = states.values().iterator();
                    if (!at.hasNext()) {
                        break;
                    }
                }
                Held held = at.next();
                if (held.used) {
                    held.used = false;
                } else if (!held.unsaved) {
                    at.remove();
                    goal--;
                }
            }
            hand = at;
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

    /**
     * How far a view is.
     *
     * @param view its name
     * @param watermark the rows known strictly before are contained; null when there are none
     * @param newestEvent time of the newest event contained, pushed ones included; null when there is none
     * @param pushed pushed rows of its source that lie over what is stored
     * @param note what whoever filled it noted, or null
     */
    public record Status(
            String view, @Nullable Instant watermark, @Nullable Instant newestEvent, int pushed, @Nullable String note) {

        /** Age of the newest event in seconds, not less than zero; NaN when there is none. */
        public double freshnessSeconds(Instant now) {
            return newestEvent == null
                    ? Double.NaN
                    : Math.max(0, Duration.between(newestEvent, now).toNanos() / 1e9);
        }
    }

    private OnlineFeatures(FeatureEngine engine, OnlineStore store, int cachedStates) {
        if (cachedStates < 1) {
            throw new IllegalArgumentException("cachedStates (%d) must be at least 1.".formatted(cachedStates));
        }
        this.engine = engine;
        this.store = store;
        this.shared = store instanceof SharedOnlineStore several ? several : null;
        this.cachedStates = cachedStates;
    }

    private LiveView open(ViewPlan plan, String storeName) {
        SharedOnlineStore several = shared;
        return new LiveView(
                plan,
                storeName,
                several != null
                        ? several.read(Map.of(storeName, List.of())).view(storeName)
                        : new ViewState(
                                SharedOnlineStore.NO_VERSION,
                                store.watermark(storeName).orElse(null),
                                store.newestEvent(storeName).orElse(null),
                                store.note(storeName).orElse(null)));
    }

    /**
     * Opens the state in a store. A view whose definition the store does not know starts empty; it must be given all
     * rows.
     *
     * @param store stays the caller's, who closes it
     */
    public static OnlineFeatures open(FeatureEngine engine, OnlineStore store) {
        return open(engine, store, DEFAULT_CACHED_STATES);
    }

    /**
     * As {@link #open(FeatureEngine, OnlineStore)}.
     *
     * @param cachedStates how many states of each view stay on the heap, at least 1
     */
    public static OnlineFeatures open(FeatureEngine engine, OnlineStore store, int cachedStates) {
        OnlineFeatures features = new OnlineFeatures(engine, store, cachedStates);
        for (ViewPlan plan : engine.views().values()) {
            features.views.put(plan.name(), features.open(plan, plan.storeName()));
        }
        return features;
    }

    /**
     * Opens views that are filled anew beside those that serve, under names of their own in the store. What an
     * interrupted filling of the same mark left there is gone on with. {@link #replaceOthers} puts them in place.
     *
     * @param mark tells one way of filling from another
     */
    static OnlineFeatures aside(
            FeatureEngine engine, OnlineStore store, Collection<String> names, String mark, int cachedStates) {
        OnlineFeatures features = new OnlineFeatures(engine, store, cachedStates);
        for (ViewPlan plan : engine.views().values()) {
            if (names.contains(plan.name())) {
                String aside = plan.storeName() + ASIDE + mark;
                store.views().stream()
                        .filter(name -> name.startsWith(plan.storeName() + ASIDE) && !name.equals(aside))
                        .forEach(store::remove);
                features.views.put(plan.name(), features.open(plan, aside));
            }
        }
        return features;
    }

    /** Puts views that were filled aside and flushed in place of those that serve. */
    void replaceOthers() {
        changing.lock();
        try {
            for (LiveView view : views.values()) {
                store.rename(view.storeName, view.plan.storeName());
            }
            views.clear();
        } finally {
            changing.unlock();
        }
    }

    /** Reads views again that were changed in the store by someone else. */
    public void reload(Collection<String> names) {
        changing.lock();
        try {
            readAgain(names);
        } catch (ChangedElsewhere e) {
            throw changedElsewhere();
        } finally {
            changing.unlock();
        }
    }

    private void readAgain(Collection<String> names) {
        Map<String, LiveView> fresh = new LinkedHashMap<>();
        for (String name : names) {
            LiveView old = view(name);
            LiveView view = open(old.plan, old.storeName);
            SourceRows rows = pushed.get(view.plan.source().name());
            if (rows != null) {
                view.overlay = over(view, rows, pushedUntil);
            }
            fresh.put(name, view);
        }
        published.writeLock().lock();
        try {
            keyChanges.incrementAndGet();
            views.putAll(fresh);
        } finally {
            published.writeLock().unlock();
        }
    }

    // ---- what others do with a shared store

    /**
     * Says who lays what was pushed to a shared store over the states. Before that, only what this process is given
     * counts.
     */
    public void pushedElsewhere(PushedElsewhere relay) {
        pushedElsewhere = relay;
    }

    /**
     * Takes over what others changed in a shared store.
     *
     * @throws KeelsonException STORE_CHANGED when a view is gone; STORE_UNREACHABLE
     */
    public void refresh() {
        takeOverAtLast(false);
    }

    /** As {@link #refresh}; a view that is gone starts empty. */
    void restartGone() {
        takeOverAtLast(true);
    }

    private void takeOverAtLast(boolean removed) {
        for (int attempt = 0; attempt < READINGS; attempt++) {
            try {
                takeOver(removed);
                return;
            } catch (ChangedElsewhere e) {
                // read again
            }
        }
        throw changing();
    }

    private static KeelsonException changing() {
        return new KeelsonException(
                ErrorCode.STORE_CHANGED,
                "The online store changed %d times while it was read.".formatted(READINGS),
                "Maybe several processes materialise the same views at once: let one of them do it.");
    }

    private void takeOver(boolean removed) {
        SharedOnlineStore several = shared;
        if (several == null) {
            return;
        }
        List<String> changed = new ArrayList<>();
        long pushes;
        changing.lock();
        try {
            Reading reading = several.read(wanted(Map.of()));
            pushes = reading.pushes();
            for (LiveView view : views.values()) {
                ViewState now = reading.view(view.storeName);
                if (now.version() == view.version || filling.contains(view.plan.name())) {
                    continue;
                }
                if (now.version() == SharedOnlineStore.NO_VERSION && !removed) {
                    throw new KeelsonException(
                            ErrorCode.STORE_CHANGED,
                            "The view (%s) is no longer in the online store (%s)."
                                    .formatted(view.plan.name(), several.address()),
                            "Maybe a process with another project file removed it, or the store lost its content: run"
                                    + " `keelson features materialize` with this project file.");
                }
                changed.add(view.plan.name());
            }
            if (!changed.isEmpty()) {
                readAgain(changed);
            }
        } finally {
            changing.unlock();
        }
        PushedElsewhere relay = pushedElsewhere;
        if (relay != null && (!changed.isEmpty() || pushes != lastPush)) {
            relay.lay(!changed.isEmpty());
            lastPush = pushes;
        }
    }

    /** What a shared store is asked: all views, and keys of some. */
    private Map<String, Collection<String>> wanted(Map<LiveView, ? extends Collection<String>> keys) {
        Map<String, Collection<String>> wanted = new LinkedHashMap<>();
        for (LiveView view : views.values()) {
            wanted.put(view.storeName, List.of());
        }
        keys.forEach((view, ofView) -> wanted.put(view.storeName, ofView));
        return wanted;
    }

    /**
     * Reads under the lock of the readers, from states that are those of the store.
     *
     * @param keys what is about to be read, as far as it is known before; views to their keys
     */
    private <T> T reading(long asOf, Supplier<Map<LiveView, Set<String>>> keys, Supplier<T> read) {
        settle(asOf);
        SharedOnlineStore several = shared;
        for (int attempt = 0; attempt < READINGS; attempt++) {
            try {
                if (attempt > 0) {
                    takeOver(false);
                }
                published.readLock().lock();
                try {
                    Map<LiveView, Collection<String>> absent = absent(keys.get());
                    if (several == null) {
                        absent.forEach((view, ofView) -> hold(view, store.getAll(view.storeName, ofView)));
                        return read.get();
                    }
                    Reading reading = several.read(wanted(absent));
                    // what was pushed before this reading began was taken over by the attempt before
                    boolean pushesLaid = attempt > 0 || pushedElsewhere == null || reading.pushes() == lastPush;
                    if (pushesLaid && isOf(reading)) {
                        absent.keySet()
                                .forEach(view ->
                                        hold(view, reading.values().getOrDefault(view.storeName, Map.of())));
                        return read.get();
                    }
                } finally {
                    published.readLock().unlock();
                }
            } catch (ChangedElsewhere e) {
                // begin anew
            }
        }
        throw changing();
    }

    /** Whether the states on the heap are of the versions that were read. */
    private boolean isOf(Reading reading) {
        for (LiveView view : views.values()) {
            if (reading.view(view.storeName).version() != view.version) {
                return false;
            }
        }
        return true;
    }

    private void hold(LiveView view, Map<String, OnlineStore.Entry> entries) {
        entries.forEach((key, entry) -> {
            KeyState unused = hold(view, key, entry);
        });
    }

    private static Map<LiveView, Collection<String>> absent(Map<LiveView, Set<String>> keys) {
        Map<LiveView, Collection<String>> absent = new LinkedHashMap<>();
        keys.forEach((view, ofView) -> {
            if (view.stored) {
                List<String> missing = new ArrayList<>();
                for (String key : ofView) {
                    if (!view.states.containsKey(key)) {
                        missing.add(key);
                    }
                }
                if (!missing.isEmpty()) {
                    absent.put(view, missing);
                }
            }
        });
        return absent;
    }

    private static KeelsonException changedElsewhere() {
        return new KeelsonException(
                ErrorCode.STORE_CHANGED,
                "Another process changed a view in the online store while this one was about to.",
                "Maybe both materialise: run it again, or let one of them do it.");
    }

    /** Fills views: until {@link #filled}, what others do with them is not taken over, and storing them is refused then. */
    void filling(Collection<String> names) {
        changing.lock();
        try {
            filling.addAll(names);
        } finally {
            changing.unlock();
        }
    }

    void filled(Collection<String> names) {
        changing.lock();
        try {
            filling.removeAll(names);
        } finally {
            changing.unlock();
        }
    }

    /** The feature views' engine. */
    public FeatureEngine engine() {
        return engine;
    }

    OnlineStore store() {
        return store;
    }

    int cachedStates() {
        return cachedStates;
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
     * How far a view is. Costs little.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public Status status(String name) {
        published.readLock().lock();
        try {
            LiveView view = view(name);
            long newest = view.newestEvent;
            for (KeyState state : view.overlay.states.values()) {
                newest = Math.max(newest, state.newestEvent());
            }
            SourceRows over = pushed.get(view.plan.source().name());
            return new Status(
                    name,
                    view.watermark == Long.MIN_VALUE ? null : Micros.toInstant(view.watermark),
                    newest == KeyState.NONE ? null : Micros.toInstant(newest),
                    over == null ? 0 : over.rows(),
                    view.note);
        } finally {
            published.readLock().unlock();
        }
    }

    /** The names of a view's features, in order; a definition may give several. */
    public List<String> featureNames(String name) {
        return view(name).plan.names();
    }

    /** How much a view holds in the store; reads over all of its values. */
    public OnlineStore.Size size(String name) {
        return store.size(view(name).storeName);
    }

    private LiveView view(String name) {
        LiveView view = views.get(name);
        if (view == null) {
            throw new IllegalArgumentException("There is no view (%s); there are %s.".formatted(name, views.keySet()));
        }
        return view;
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
                List<LiveView> readers = readers(source);
                long from =
                        readers.stream().mapToLong(view -> view.watermark).min().orElse(until);
                SourceRows due = rows.knownBetween(from, until).inApplicationOrder();
                SourceRows later = rows.knownBetween(Math.max(from, until), NEVER);
                waiting.put(source, later);
                for (LiveView view : readers) {
                    changes.put(view, changed(view, due, view.watermark, until));
                }
                applied += due.rows();
                stillWaiting += later.rows();
                contained += rows.rows() - due.rows() - later.rows();
            }
            publish(changes, views.values(), until);
            return new Advance(applied, stillWaiting, contained);
        } catch (ChangedElsewhere e) {
            throw changedElsewhere();
        } finally {
            changing.unlock();
        }
    }

    /**
     * Applies rows of one source to some of its views: those known from a view's watermark on, strictly before
     * {@code until}, which is the new watermark of these views. Other rows are left out, and do not wait.
     *
     * @param names views of that source
     * @param rows with the system columns, in any order
     */
    public void apply(String source, Collection<String> names, Frame rows, Instant until) {
        apply(source, names, rows, Long.MIN_VALUE, Micros.of(until), true);
    }

    /** As {@link #apply}, for rows known from {@code from} on; the watermark moves when asked for. */
    void apply(String source, Collection<String> names, Frame frame, long from, long until, boolean move) {
        changing.lock();
        try {
            SourceRows due = SourceRows.of(engine.source(source), frame)
                    .knownBetween(from, until)
                    .inApplicationOrder();
            Map<LiveView, Map<String, KeyState>> changes = new LinkedHashMap<>();
            List<LiveView> readers = readers(source).stream()
                    .filter(view -> names.contains(view.plan.name()))
                    .toList();
            for (LiveView view : readers) {
                changes.put(view, changed(view, due, view.watermark, until));
            }
            publish(changes, move ? readers : List.of(), until);
        } catch (ChangedElsewhere e) {
            throw changedElsewhere();
        } finally {
            changing.unlock();
        }
    }

    /** Moves watermarks, never back. */
    void moveTo(Collection<String> names, long until) {
        changing.lock();
        try {
            publish(Map.of(), names.stream().map(this::view).toList(), until);
        } catch (ChangedElsewhere e) {
            throw changedElsewhere();
        } finally {
            changing.unlock();
        }
    }

    /** Forgets what a view contains, here and in the store. */
    void restart(String name) {
        changing.lock();
        try {
            LiveView old = view(name);
            store.remove(old.storeName);
            LiveView fresh = open(old.plan, old.storeName);
            published.writeLock().lock();
            try {
                keyChanges.incrementAndGet();
                views.put(name, fresh);
            } finally {
                published.writeLock().unlock();
            }
        } finally {
            changing.unlock();
        }
    }

    private List<LiveView> readers(String source) {
        return views.values().stream()
                .filter(view -> view.plan.source().name().equals(source))
                .toList();
    }

    private @Nullable SourceRows takeWaiting(String source, @Nullable Frame newRows) {
        SourceRows held = waiting.get(source);
        if (newRows == null) {
            return held;
        }
        SourceRows given = SourceRows.of(engine.source(source), newRows);
        return held == null ? given : held.replacedBy(given);
    }

    /**
     * The states that rows known from an instant on change, as changed copies. Those that a row known shortly before
     * {@code until} changes hold how they stood before it.
     */
    private Map<String, KeyState> changed(LiveView view, SourceRows due, long from, long until) {
        Map<String, KeyState> copies = new HashMap<>();
        if (due.rows() == 0) {
            return copies;
        }
        ViewPlan.Events events = view.plan.events(due);
        KeyIndex index = due.keys();
        @Nullable KeyState[] changed = new @Nullable KeyState[index.size()];
        Map<String, OnlineStore.Entry> fetched = shared == null ? Map.of() : fetch(view, index);
        long[] knownAts = due.knownAts();
        long heldFrom = until - HELD_MICROS;
        var now = new Object() {
            private long known;
        };
        ViewPlan.States copying = key -> {
            KeyState copy = changed[key];
            if (copy == null) {
                KeyState current = current(view, index.key(key), fetched);
                copy = current == null ? view.plan.newState() : current.copy();
                changed[key] = copy;
            }
            if (now.known >= heldFrom && now.known > copy.newestKnown()) {
                copy.holdBefore();
            }
            return copy;
        };
        for (int row = 0; row < knownAts.length; row++) {
            if (knownAts[row] >= from) {
                now.known = knownAts[row];
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

    private @Nullable KeyState current(LiveView view, String key, Map<String, OnlineStore.Entry> fetched) {
        if (shared == null) {
            return stored(view, key);
        }
        Held held = view.states.get(key);
        if (held != null) {
            return held.state;
        }
        OnlineStore.Entry entry = fetched.get(key);
        return entry == null ? null : view.plan.decode(entry.bytes(), key);
    }

    /** The values of keys that are not on the heap, from a shared store. */
    private Map<String, OnlineStore.Entry> fetch(LiveView view, KeyIndex index) {
        Map<String, OnlineStore.Entry> fetched = new HashMap<>();
        if (!view.stored) {
            return fetched;
        }
        List<String> keys = new ArrayList<>();
        for (int key = 0; key < index.size(); key++) {
            if (!view.states.containsKey(index.key(key))) {
                keys.add(index.key(key));
            }
        }
        for (int start = 0; start < keys.size(); start += KEYS_AT_ONCE) {
            fetched.putAll(
                    values(view, keys.subList(start, Math.min(keys.size(), start + KEYS_AT_ONCE))));
        }
        return fetched;
    }

    /** Values of a shared store, which must be those of the view's version. */
    private Map<String, OnlineStore.Entry> values(LiveView view, Collection<String> keys) {
        SharedOnlineStore several = shared;
        if (several == null) {
            return store.getAll(view.storeName, keys);
        }
        Reading reading = several.read(Map.of(view.storeName, keys));
        if (reading.view(view.storeName).version() != view.version) {
            throw new ChangedElsewhere();
        }
        return reading.values().getOrDefault(view.storeName, Map.of());
    }

    private void publish(
            Map<LiveView, Map<String, KeyState>> changes, Collection<LiveView> advanced, long until) {
        Map<LiveView, Overlay> overlays = new LinkedHashMap<>();
        published.writeLock().lock();
        try {
            keyChanges.incrementAndGet();
            changes.forEach((view, states) -> {
                states.forEach((key, state) -> {
                    view.states.put(key, new Held(state, true));
                    view.newestEvent = Math.max(view.newestEvent, state.newestEvent());
                });
                view.unsaved.addAll(states.keySet());
            });
            for (LiveView view : advanced) {
                view.watermark = Math.max(view.watermark, until);
            }
            forgetContained();
            if (!pushed.isEmpty()) {
                for (LiveView view : views.values()) {
                    SourceRows rows = pushed.get(view.plan.source().name());
                    overlays.put(view, rows == null ? Overlay.NONE : over(view, rows, pushedUntil));
                }
            }
            for (LiveView view : views.values()) {
                view.overlay = overlays.getOrDefault(view, Overlay.NONE);
            }
        } finally {
            published.writeLock().unlock();
        }
    }

    /**
     * Lays rows over the states: each counts from its known time on, until the watermark passes that. A row replaces a
     * pushed one with the same key. Rows known before a view's watermark are contained in it and change nothing.
     *
     * @param source of the rows
     * @param rows with the system columns, in any order
     * @param now rows known strictly before it count at once
     * @return how many of the rows given are known from a watermark on
     */
    public int push(String source, Frame rows, Instant now) {
        return lay(List.of(new Pushed(source, rows)), false, now)[0];
    }

    /**
     * Lays pushes over the states, each as {@link #push} does, as one unit.
     *
     * @param instead whether they take the place of all that was pushed before
     * @return for each, how many of its rows are known from a watermark on
     */
    public int[] lay(List<Pushed> pushes, boolean instead, Instant now) {
        for (int attempt = 0; attempt < READINGS; attempt++) {
            try {
                if (attempt > 0) {
                    readChangedAgain();
                }
                return layOnce(pushes, instead, now);
            } catch (ChangedElsewhere e) {
                // begin anew
            }
        }
        throw changing();
    }

    private int[] layOnce(List<Pushed> pushes, boolean instead, Instant now) {
        changing.lock();
        try {
            if (instead) {
                pushed.clear();
                pushedUntil = Long.MIN_VALUE;
            }
            int[] counted = new int[pushes.size()];
            for (int i = 0; i < counted.length; i++) {
                String source = pushes.get(i).source();
                long from = readers(source).stream()
                        .mapToLong(view -> view.watermark)
                        .min()
                        .orElse(NEVER);
                SourceRows given =
                        SourceRows.of(engine.source(source), pushes.get(i).rows()).knownBetween(from, NEVER);
                SourceRows held = pushed.get(source);
                if (given.rows() > 0) {
                    pushed.put(source, held == null ? given : held.replacedBy(given));
                }
                counted[i] = given.rows();
            }
            applyPushed(pushed.isEmpty() ? Long.MIN_VALUE : Math.max(pushedUntil, Micros.of(now)));
            return counted;
        } finally {
            changing.unlock();
        }
    }

    /** Reads the views again that someone else changed in a shared store. */
    private void readChangedAgain() {
        SharedOnlineStore several = shared;
        if (several == null) {
            return;
        }
        changing.lock();
        try {
            Reading reading = several.read(wanted(Map.of()));
            readAgain(views.values().stream()
                    .filter(view -> reading.view(view.storeName).version() != view.version)
                    .map(view -> view.plan.name())
                    .filter(name -> !filling.contains(name))
                    .toList());
        } finally {
            changing.unlock();
        }
    }

    private void applyPushed(long until) {
        Map<LiveView, Overlay> overlays = new LinkedHashMap<>();
        for (LiveView view : views.values()) {
            SourceRows rows = pushed.get(view.plan.source().name());
            overlays.put(view, rows == null ? Overlay.NONE : over(view, rows, until));
        }
        published.writeLock().lock();
        try {
            keyChanges.incrementAndGet();
            pushedUntil = until;
            overlays.forEach((view, overlay) -> view.overlay = overlay);
            nextPushed = firstKnown(until);
        } finally {
            published.writeLock().unlock();
        }
    }

    private Overlay over(LiveView view, SourceRows rows, long until) {
        SourceRows due = rows.knownBetween(view.watermark, until).inApplicationOrder();
        return new Overlay(changed(view, due, view.watermark, NEVER), due);
    }

    private long firstKnown(long from) {
        long first = NEVER;
        for (SourceRows rows : pushed.values()) {
            for (long known : rows.knownAts()) {
                if (known >= from) {
                    first = Math.min(first, known);
                }
            }
        }
        return first;
    }

    private void forgetContained() {
        for (Map.Entry<String, SourceRows> rows : pushed.entrySet()) {
            long from = readers(rows.getKey()).stream()
                    .mapToLong(view -> view.watermark)
                    .min()
                    .orElse(NEVER);
            rows.setValue(rows.getValue().knownBetween(from, NEVER));
        }
        pushed.values().removeIf(rows -> rows.rows() == 0);
        if (pushed.isEmpty()) {
            pushedUntil = Long.MIN_VALUE;
            nextPushed = NEVER;
        }
    }

    /** Applies pushed rows that have become known meanwhile. */
    private void settle(long asOf) {
        if (asOf > nextPushed) {
            changing.lock();
            try {
                if (asOf > nextPushed) {
                    applyPushed(asOf);
                }
            } finally {
                changing.unlock();
            }
        }
    }

    /**
     * The state of a key before an instant, or null when there is none.
     *
     * @throws KeelsonException BAD_REQUEST if the state contains what became known from then on, and how it stood then is
     *     not held
     */
    private @Nullable KeyState state(LiveView view, String key, long asOf) {
        Overlay overlay = view.overlay;
        KeyState over = overlay.states.get(key);
        if (over != null && over.newestKnown() >= asOf) {
            over = asOf < view.watermark ? null : past(view, overlay, asOf).get(key);
        }
        KeyState state = over == null ? stored(view, key) : over;
        if (state != null && state.newestKnown() >= asOf) {
            KeyState before = state.before();
            if (before != null && before.newestKnown() < asOf) {
                return before.newestKnown() == KeyState.NONE ? null : before;
            }
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The features are asked for as of %s, but `%s` of the view (%s) contains what became known at %s already; online values are not kept as they were long before."
                            .formatted(
                                    Micros.toInstant(asOf),
                                    ViewPlan.isGroup(key) ? "the group" : key,
                                    view.plan.name(),
                                    Micros.toInstant(state.newestKnown())),
                    "Maybe ask for values of the past with `keelson features history` or `POST /api/v1/features/history`, let `keelson replay` predict the past as if it were still to come, or give the event a time after that.");
        }
        return state;
    }

    /** What pushed rows had made of a view before an instant that is not before its watermark. */
    private Map<String, KeyState> past(LiveView view, Overlay overlay, long asOf) {
        Past known = view.past;
        SourceRows rows = overlay.rows;
        if (known == null || known.of() != overlay || known.asOf() != asOf) {
            known = new Past(overlay, asOf, rows == null ? Map.of() : over(view, rows, asOf).states);
            view.past = known;
        }
        return known.states();
    }

    /** The state of a key without what was pushed, or null when there is none. */
    private @Nullable KeyState stored(LiveView view, String key) {
        Held held = view.states.get(key);
        if (held != null) {
            if (!held.used) {
                held.used = true;
            }
            return held.state;
        }
        if (!view.stored) {
            return null;
        }
        OnlineStore.Entry entry = shared == null
                ? store.get(view.storeName, key).orElse(null)
                : values(view, List.of(key)).get(key);
        return entry == null ? null : hold(view, key, entry);
    }

    private KeyState hold(LiveView view, String key, OnlineStore.Entry entry) {
        Held loaded = new Held(view.plan.decode(entry.bytes(), key), false);
        Held first = view.states.putIfAbsent(key, loaded);
        if (view.states.size() - view.unsaved.size() > cachedStates + cachedStates / 8) {
            synchronized (view) {
                view.trim(cachedStates);
            }
        }
        return first == null ? loaded.state : first.state;
    }

    /**
     * The features of a request.
     *
     * @param service of the same engine
     * @param request a row of {@link FeatureService#requestSchema()}
     * @param asOf when it is asked; rows that became known since the last advance are not contained
     * @throws KeelsonException BAD_REQUEST if an entity's values contain what became known at {@code asOf} or later through an
     *     advance, and its values of then are no longer held: they are where nothing but what became known last, within 26
     *     hours of the end of that advance, is not before {@code asOf}. Those of pushed rows are held always
     */
    public FeatureVector get(FeatureService service, Row request, Instant asOf) {
        long micros = Micros.of(asOf);
        return reading(micros, () -> keys(service, request), () -> read(service, request, micros));
    }

    /**
     * The features of a request asked now, while the state may be advancing: as of {@code now}, or of the watermark
     * when that is later.
     */
    public FeatureVector latest(FeatureService service, Row request, Instant now) {
        return reading(
                Micros.of(now),
                () -> keys(service, request),
                () -> read(service, request, Math.max(Micros.of(now), newestWatermark())));
    }

    /** The features of several requests asked now, as {@link #latest(FeatureService, Row, Instant)} gives each. */
    public List<FeatureVector> latest(FeatureService service, List<? extends Row> requests, Instant now) {
        return reading(Micros.of(now), () -> keys(service, requests), () -> {
            long asOf = Math.max(Micros.of(now), newestWatermark());
            List<FeatureVector> vectors = new ArrayList<>(requests.size());
            for (Row request : requests) {
                vectors.add(read(service, request, asOf));
            }
            return vectors;
        });
    }

    /** The keys that a request names, by view; an embedded store is asked for each when it is read. */
    private Map<LiveView, Set<String>> keys(FeatureService service, Row request) {
        return shared == null ? Map.of() : keys(service, List.of(request));
    }

    /** The keys that requests name, by view. */
    private Map<LiveView, Set<String>> keys(FeatureService service, List<? extends Row> requests) {
        Map<LiveView, Set<String>> keys = new LinkedHashMap<>();
        for (int g = 0; g < service.groups.size(); g++) {
            if (service.groupSlots[g].length > 0) {
                Group group = service.groups.get(g);
                Set<String> ofView = keys.computeIfAbsent(live(group), view -> new LinkedHashSet<>());
                for (Row request : requests) {
                    String key = group.key(request);
                    if (key != null) {
                        ofView.add(key);
                    }
                }
            }
        }
        return keys;
    }

    /**
     * Features of a view that are wanted.
     *
     * @param view its name
     * @param features names of its features, in the order wanted
     * @param keys keys as texts; null for a key that the request does not name
     */
    public record Wanted(String view, List<String> features, List<@Nullable String> keys) {}

    /**
     * Features of views for keys, asked now, all of one moment.
     *
     * @return for each what is wanted, one reading for each key, in order
     * @throws IllegalArgumentException if there is no such view or feature
     */
    public List<List<ViewReading>> read(List<Wanted> wanted, Instant now) {
        return reading(Micros.of(now), () -> keys(wanted), () -> {
            long asOf = Math.max(Micros.of(now), newestWatermark());
            List<List<ViewReading>> readings = new ArrayList<>(wanted.size());
            for (Wanted each : wanted) {
                readings.add(read(each, asOf));
            }
            return readings;
        });
    }

    private Map<LiveView, Set<String>> keys(List<Wanted> wanted) {
        Map<LiveView, Set<String>> keys = new LinkedHashMap<>();
        for (Wanted each : wanted) {
            Set<String> ofView = keys.computeIfAbsent(view(each.view()), view -> new LinkedHashSet<>());
            for (String key : each.keys()) {
                if (key != null) {
                    ofView.add(key);
                }
            }
        }
        return keys;
    }

    private List<ViewReading> read(Wanted wanted, long asOf) {
        LiveView view = view(wanted.view());
        int[] indexes = new int[wanted.features().size()];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = view.plan.names().indexOf(wanted.features().get(i));
            if (indexes[i] < 0) {
                throw new IllegalArgumentException("The view (%s) has no feature (%s); it has %s."
                        .formatted(wanted.view(), wanted.features().get(i), view.plan.names()));
            }
        }
        List<ViewReading> readings = new ArrayList<>(wanted.keys().size());
        for (String key : wanted.keys()) {
            double[] values = new double[indexes.length];
            byte[] statuses = new byte[indexes.length];
            KeyState state = read(view, key, indexes, null, asOf, values, statuses);
            long newest = state == null ? ViewReading.NO_EVENT : state.newestEvent();
            readings.add(new ViewReading(values, statuses, newest, asOf));
        }
        return readings;
    }

    private long newestWatermark() {
        long newest = pushedUntil;
        for (LiveView view : views.values()) {
            newest = Math.max(newest, view.watermark);
        }
        return newest;
    }

    private LiveView live(Group group) {
        LiveView view = views.get(group.view().name());
        if (view == null || view.plan != group.view()) {
            throw new IllegalArgumentException(
                    "The service was compiled by another engine: its view (%s) is unknown here."
                            .formatted(group.view().name()));
        }
        return view;
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
        if (service.allOutputs) {
            return new FeatureVector(service.names(), values, statuses, ages, Micros.toInstant(asOf));
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
        LiveView view = live(group);
        String key = group.key(request);
        KeyState state = read(view, key, features, slots, asOf, values, statuses);
        long age = state == null ? FeatureVector.NO_AGE : asOf - state.newestEvent();
        for (int slot : slots) {
            ages[slot] = age;
        }
    }

    /**
     * Reads features of a key into the given slots; with null, into one after the other.
     *
     * @return the key's state, or null
     */
    private @Nullable KeyState read(
            LiveView view,
            @Nullable String key,
            int[] features,
            int @Nullable [] slots,
            long asOf,
            double[] values,
            byte[] statuses) {
        KeyState state = key == null ? null : state(view, key, asOf);
        FeatureStatus shared = key == null ? FeatureStatus.NULL_KEY : view.plan.status(state, asOf);
        ViewPlan.Others others = other -> state(view, other, asOf);
        for (int i = 0; i < features.length; i++) {
            int slot = slots == null ? i : slots[i];
            if (state == null || shared != FeatureStatus.PRESENT) {
                values[slot] = Double.NaN;
                statuses[slot] = shared.code();
            } else {
                values[slot] = view.plan.read(features[i], state, asOf, others);
                statuses[slot] = FeatureEngine.statusOf(values[slot]);
            }
        }
        return state;
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

    /**
     * As {@link #unknown(FeatureService, Row)}, in no time for a request whose views all have the entities.
     *
     * @param vector the features of the request, read before
     */
    public List<UnknownEntity> unknown(FeatureService service, Row request, FeatureVector vector) {
        if (service.showsStates) {
            boolean found = true;
            for (byte status : vector.statuses()) {
                found &= status != FeatureStatus.NOT_FOUND.code();
            }
            if (found) {
                return List.of();
            }
        }
        return unknown(service, request);
    }

    /**
     * Entities that a request names in two columns from which the service takes keys of the same kind.
     *
     * @param request a row of {@link FeatureService#requestSchema()}
     * @return each once; usually none
     */
    public List<RepeatedEntity> repeated(FeatureService service, Row request) {
        List<RepeatedEntity> repeated = List.of();
        for (int g = service.mayRepeat ? 1 : service.groups.size(); g < service.groups.size(); g++) {
            Group group = service.groups.get(g);
            String entity = group.view().definition().entity();
            String key = service.groupSlots[g].length == 0 ? null : group.key(request);
            for (int h = 0; h < g && key != null; h++) {
                Group earlier = service.groups.get(h);
                if (service.groupSlots[h].length == 0
                        || earlier.keyColumn().equals(group.keyColumn())
                        || !earlier.view().definition().entity().equals(entity)
                        || !key.equals(earlier.key(request))) {
                    continue;
                }
                RepeatedEntity found = new RepeatedEntity(entity, key, earlier.keyColumn(), group.keyColumn());
                if (!repeated.contains(found)) {
                    repeated = repeated.isEmpty() ? new ArrayList<>() : repeated;
                    repeated.add(found);
                }
            }
        }
        return repeated;
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
        return view != null
                && (view.overlay.states.containsKey(key)
                        || view.states.containsKey(key)
                        || (view.stored && store.get(view.storeName, key).isPresent()));
    }

    /** The keys of an entity that any view holds something for, in alphabetical order of code units. */
    public List<String> keys(String entity) {
        KnownKeys known = knownKeys;
        long now = keyChanges.get();
        if (known == null || known.changes() != now) {
            known = new KnownKeys(now, new ConcurrentHashMap<>());
            knownKeys = known;
        }
        List<String> kept = known.keys().get(entity);
        if (kept != null) {
            return kept;
        }
        List<String> keys = readKeys(entity);
        if (keys.size() <= MOST_KEPT_KEYS) {
            known.keys().put(entity, keys);
        }
        return keys;
    }

    private List<String> readKeys(String entity) {
        published.readLock().lock();
        try {
            Set<String> keys = new TreeSet<>();
            for (LiveView view : views.values()) {
                if (view.plan.definition().entity().equals(entity)) {
                    keys.addAll(view.states.keySet());
                    keys.addAll(view.overlay.states.keySet());
                    if (view.stored) {
                        keys.addAll(store.keys(view.storeName));
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
        return flush(Map.of());
    }

    /**
     * As {@link #flush()}, together with notes.
     *
     * @param notes view to what is to be remembered with it
     */
    public int flush(Map<String, String> notes) {
        changing.lock();
        try {
            List<LiveView> changed = views.values().stream()
                    .filter(view -> !view.unchanged(notes.get(view.plan.name())))
                    .toList();
            List<OnlineStore.Put> puts = new ArrayList<>();
            Map<String, Instant> watermarks = new TreeMap<>();
            Map<String, String> storedNotes = new TreeMap<>();
            for (LiveView view : changed) {
                if (view.watermark != Long.MIN_VALUE) {
                    watermarks.put(view.storeName, Micros.toInstant(view.watermark));
                    String note = notes.get(view.plan.name());
                    if (note != null) {
                        storedNotes.put(view.storeName, note);
                    }
                }
                String[] keys = view.unsaved.toArray(String[]::new);
                Arrays.sort(keys); // neighbours in the store are written together
                for (String key : keys) {
                    Held held = view.states.get(key);
                    if (held != null) {
                        puts.add(new OnlineStore.Put(view.storeName, key, entry(view.plan, held.state)));
                    }
                }
            }
            if (changed.isEmpty()) {
                return 0;
            }
            store(changed, puts, watermarks, storedNotes);
            for (LiveView view : changed) {
                for (String key : view.unsaved) {
                    Held held = view.states.get(key);
                    if (held != null) {
                        held.unsaved = false;
                    }
                }
                view.unsaved.clear();
                if (view.watermark != Long.MIN_VALUE) {
                    view.stored = true;
                    view.storedWatermark = view.watermark;
                    view.note = notes.getOrDefault(view.plan.name(), view.note);
                    synchronized (view) {
                        view.trim(cachedStates);
                    }
                }
            }
            return puts.size();
        } finally {
            changing.unlock();
        }
    }

    private void store(
            List<LiveView> changed,
            List<OnlineStore.Put> puts,
            Map<String, Instant> watermarks,
            Map<String, String> notes) {
        SharedOnlineStore several = shared;
        if (several == null) {
            store.putAll(puts, watermarks, notes);
            return;
        }
        Map<String, Long> expected = new TreeMap<>();
        changed.forEach(view -> expected.put(view.storeName, view.version));
        OptionalLong version = several.putAll(puts, watermarks, notes, expected);
        if (version.isEmpty()) {
            reload(changed.stream().map(view -> view.plan.name()).toList());
            throw changedElsewhere();
        }
        changed.forEach(view -> view.version = version.getAsLong());
    }

    /** How many states were changed since the last flush. */
    int unsaved() {
        return views.values().stream().mapToInt(view -> view.unsaved.size()).sum();
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
            int aside = view.indexOf(ASIDE);
            if (!own.contains(aside < 0 ? view : view.substring(0, aside))) {
                store.remove(view);
                removed++;
            }
        }
        return removed;
    }
}
