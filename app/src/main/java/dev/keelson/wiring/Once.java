package dev.keelson.wiring;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that is made when it is first asked for, and once. Safe for use by several threads. */
final class Once<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private @Nullable T made;

    private Once(Supplier<T> maker) {
        this.maker = maker;
    }

    static <T> Once<T> of(Supplier<T> maker) {
        return new Once<>(maker);
    }

    @Override
    public synchronized T get() {
        T known = made;
        if (known == null) {
            known = maker.get();
            made = known;
        }
        return known;
    }
}
