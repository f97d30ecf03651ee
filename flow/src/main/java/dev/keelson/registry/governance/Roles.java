package dev.keelson.registry.governance;

import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who is champion and challenger, within a transaction whose other parts, its audit line among them, are the caller's. Alias
 * and stage change together here and nowhere else: the champion is in Production and alone there, a challenger in Staging, one
 * that was dismissed is archived. What changes here ends a rollout that it contradicts.
 */
public final class Roles {
    private Roles() {}

    /** Lets a version serve; the one that served is archived. */
    public static void champion(CatalogTransaction tx, String model, int version, Instant at) {
        end(
                tx,
                model,
                at,
                candidate -> candidate == version ? Rollout.State.PROMOTED : Rollout.State.ABORTED,
                "v%d came to serve.".formatted(version));
        tx.setAlias(model, ModelVersion.CHAMPION, version);
        if (is(tx, model, ModelVersion.CHALLENGER, version)) {
            tx.setAlias(model, ModelVersion.CHALLENGER, null);
        }
        tx.registry().setStage(model, version, Stage.PRODUCTION, true, at);
    }

    /** Lets a version be compared with the champion. */
    public static void challenger(CatalogTransaction tx, String model, int version, Instant at) {
        tx.setAlias(model, ModelVersion.CHALLENGER, version);
        tx.registry().setStage(model, version, Stage.STAGING, false, at);
    }

    /** Ends that a version is compared with the champion, or might be. */
    public static void dismiss(CatalogTransaction tx, String model, int version, Instant at) {
        end(
                tx,
                model,
                at,
                candidate -> candidate == version ? Rollout.State.ABORTED : null,
                "v%d was dismissed.".formatted(version));
        if (is(tx, model, ModelVersion.CHALLENGER, version)) {
            tx.setAlias(model, ModelVersion.CHALLENGER, null);
        }
        tx.registry().setStage(model, version, Stage.ARCHIVED, false, at);
    }

    private static void end(
            CatalogTransaction tx, String model, Instant at, IntFunction<Rollout.@Nullable State> how, String why) {
        tx.rollouts().open(model).ifPresent(open -> {
            Rollout.State state = how.apply(open.candidate());
            if (state != null) {
                tx.rollouts().replace(open.ended(state, at, why));
            }
        });
    }

    private static boolean is(CatalogTransaction tx, String model, String alias, int version) {
        Optional<ModelVersion> named = tx.alias(model, alias);
        return named.isPresent() && named.get().version() == version;
    }
}
