// The panel of a station: red lamp on the left, green on the right, button between, buzzer below; the driver board behind.
// Box and lid for a 3D printer or as a drawing for sheet and saw. Millimetres. openscad -D 'part="box"' -o box.stl panel.scad
// Measure your own lamps, button and buzzer before printing, and change these:
lamp_hole = 10.2;
button_hole = 30.2;
button_depth = 38;      // behind the lid, with its plugs
buzzer_across = 12;     // of an active buzzer that stands behind the lid's slots
cable_hole = 8;         // for the wires to the Pi, and one for the tower light's

board = [80, 60, 1.6];  // as board.toml, with its holes 4 mm from the edges
hole_in = 4;
standoff = 8;           // under the board: what its wires stick out by, and air

wall = 2.4;
gap = 0.3;              // between box and lid
inside = [150, 90, 58];
screw = 3.2;            // M3, through the lid into the pillars
pillar = 9;
sunk = pillar / 2 - 0.5; // of a pillar's middle from the walls: it goes into them
core_hole = 2.6;        // M3 cuts its thread into plastic

part = "both";          // "box", "lid", "both"
$fn = 32;

outside = [inside[0] + 2 * wall, inside[1] + 2 * wall, inside[2] + wall];
corners = [for (x = [0, 1], y = [0, 1])
  [wall + sunk + x * (inside[0] - 2 * sunk), wall + sunk + y * (inside[1] - 2 * sunk)]];
board_at = [wall + 15, wall + (inside[1] - board[1]) / 2];

if (part != "lid") box();
if (part == "lid") lid();
if (part == "both") translate([0, 0, outside[2] + 45]) lid();
if (part == "both") %translate([board_at[0], board_at[1], wall + standoff]) color("green") cube(board);

module box() {
  difference() {
    rounded(outside);
    translate([wall, wall, wall]) cube([inside[0], inside[1], inside[2] + 1]);
    for (y = [0.3, 0.7]) translate([-1, outside[1] * y, 22]) rotate([0, 90, 0]) cylinder(d = cable_hole, h = wall + 2);
    for (x = [0.25, 0.75]) keyhole(outside[0] * x, outside[1] * 0.75);
  }
  for (at = corners) translate([at[0], at[1], wall - 0.5]) post(pillar, inside[2] + 0.5, 16);
  for (x = [hole_in, board[0] - hole_in], y = [hole_in, board[1] - hole_in])
    translate([board_at[0] + x, board_at[1] + y, wall - 0.5]) post(7, standoff + 0.5, standoff);
}

module lid() {
  middle = outside[1] * 0.58;
  difference() {
    union() {
      rounded([outside[0], outside[1], wall]);
      // keeps it in place: a rim inside the box, clear of the pillars
      translate([wall + gap, wall + gap, -2]) difference() {
        cube([inside[0] - 2 * gap, inside[1] - 2 * gap, 2.01]);
        translate([2, 2, -1]) cube([inside[0] - 2 * gap - 4, inside[1] - 2 * gap - 4, 4]);
        for (x = [0, 1], y = [0, 1])
          translate([x * (inside[0] - 2 * gap - pillar - 1), y * (inside[1] - 2 * gap - pillar - 1), -1])
            cube([pillar + 1, pillar + 1, 4]);
      }
    }
    for (at = corners) translate([at[0], at[1], -3]) cylinder(d = screw, h = wall + 4);
    translate([outside[0] * 0.2, middle, -3]) cylinder(d = lamp_hole, h = wall + 4);
    translate([outside[0] * 0.8, middle, -3]) cylinder(d = lamp_hole, h = wall + 4);
    translate([outside[0] / 2, middle, -3]) cylinder(d = button_hole, h = wall + 4);
    for (k = [-2:2]) translate([outside[0] * 0.8 + k * 2.6 - 0.7, 12, -3]) cube([1.4, buzzer_across, wall + 4]);
    word("red", outside[0] * 0.2, middle - 16);
    word("green", outside[0] * 0.8, middle - 16);
    word("confirm", outside[0] / 2, middle - 26);
  }
}

module word(text, x, y) {
  translate([x, y, wall - 0.6]) linear_extrude(1) text(text, size = 6, $fn = 3, halign = "center", font = "DejaVu Sans:style=Bold");
}

module post(across, height, deep) {
  difference() {
    cylinder(d = across, h = height);
    translate([0, 0, height - deep]) cylinder(d = core_hole, h = deep + 1);
  }
}

module rounded(size, r = 4) {
  linear_extrude(size[2]) offset(r) offset(-r) square([size[0], size[1]]);
}

// to hang it on two screws: the head goes in below, the shaft up
module keyhole(x, y) {
  translate([x, y, -1]) {
    cylinder(d = 8, h = wall + 2);
    translate([-2, 0, 0]) cube([4, 9, wall + 2]);
    translate([0, 9, 0]) cylinder(d = 4, h = wall + 2);
  }
}

// what must fit behind the lid
assert(wall + standoff + board[2] + 20 + 5 < outside[2], "the board's sockets touch the lid");
assert(board_at[0] + board[0] < outside[0] - wall - pillar, "the board lies on a pillar");
