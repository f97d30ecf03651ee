package dev.keelson.learn.tune;

import java.util.List;

/** Lets every trial run to its end. */
public record NoPruner() implements Pruner {
    @Override
    public boolean prunes(String study, Direction direction, List<Trial> history, Trial trial) {
        return false;
    }
}
