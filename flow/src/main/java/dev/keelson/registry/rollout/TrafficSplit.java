package dev.keelson.registry.rollout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of two versions answers. It depends on the rollout and the key alone: on every server and after every restart it is the
 * same, and a key that the candidate answers stays with it while shares grow. Immutable.
 *
 * <p>A key has a place between 0 and 1, a 64-bit hash (FNV-1a over its characters, mixed by the finaliser of MurmurHash3) of
 * {@code salt|key}; the candidate answers places below the share. Rollouts have different salts, so that it is not always the
 * same keys that come first.
 */
public final class TrafficSplit {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private final long seed;
    private final Rollout.Sticky sticky;
    private final double share;
    private final List<RolloutStep> grouped;

    private TrafficSplit(String salt, Rollout.Sticky sticky, double share, List<RolloutStep> grouped) {
        this.seed = hashed(hashed(OFFSET, salt), "|");
        this.sticky = sticky;
        this.share = share;
        this.grouped = List.copyOf(grouped);
    }

    /** The split of a rollout as it stands. */
    public static TrafficSplit of(Rollout rollout) {
        List<RolloutStep> begun = rollout.steps().subList(0, rollout.step() + 1);
        double share = 0;
        for (RolloutStep step : begun) {
            if (step.groups().isEmpty()) {
                share = Math.max(share, step.share());
            }
        }
        return new TrafficSplit(
                rollout.id(),
                rollout.sticky(),
                rollout.open() ? share : 0,
                rollout.open() ? begun.stream().filter(step -> !step.groups().isEmpty()).toList() : List.of());
    }

    /** A split of all clients by one share. */
    public static TrafficSplit of(String salt, double share) {
        return new TrafficSplit(salt, Rollout.Sticky.ENTITY, share, List.of());
    }

    /**
     * Whether the candidate answers.
     *
     * @param entity the row's
     * @param client who asks; null when the request does not say: with clients as keys the baseline answers it
     */
    public boolean toCandidate(String entity, @Nullable String client) {
        double most = share;
        for (RolloutStep step : grouped) {
            if (step.share() > most && step.isAbout(client)) {
                most = step.share();
            }
        }
        if (most <= 0) {
            return false;
        }
        String key = sticky == Rollout.Sticky.ENTITY ? entity : client;
        return key != null && (most >= 1 || place(key) < most);
    }

    /** Where a key lies, 0 to 1 exclusive. */
    public double place(String key) {
        return (mixed(hashed(seed, key)) >>> 11) * 0x1.0p-53;
    }

    private static long hashed(long from, String text) {
        long hash = from;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            hash = (hash ^ (c & 0xff)) * PRIME;
            hash = (hash ^ (c >>> 8)) * PRIME;
        }
        return hash;
    }

    private static long mixed(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
