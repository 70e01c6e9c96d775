// What the tree finder knows: twelve trees, and which of them stands in which place. Metres are typical, at ten,
// thirty and two hundred years; a tree is only asked for an age that it reaches.

/**
 * @typedef {object} Tree
 * @property {string} name
 * @property {string} latin
 * @property {readonly [number, number, number]} heightM
 * @property {string} why
 * @property {string} planting
 * @property {string} waiting
 */

/** @type {Readonly<Record<string, Tree>>} */
export const TREES = {
  rowan: {
    name: 'Rowan',
    latin: 'Sorbus aucuparia',
    heightM: [5, 9, 9],
    why: 'Small, quick and tough: flowers in May, berries in September, thrushes in October.',
    planting:
      'Sow the berries outdoors in November, mashed, in sand. They want a winter, some of them two.',
    waiting: 'It flowers in its sixth or seventh year and is grown up at thirty.',
  },
  birdCherry: {
    name: 'Bird cherry',
    latin: 'Prunus padus',
    heightM: [6, 11, 11],
    why: 'Does not mind wet feet, and smells of almonds for two weeks in May.',
    planting: 'Plant in winter, a little higher than the ground around it, and mulch with leaves.',
    waiting:
      'White from top to bottom by its eighth spring. What it drops, the birds have had already.',
  },
  hazel: {
    name: 'Hazel',
    latin: 'Corylus avellana',
    heightM: [4, 6, 6],
    why: 'More bush than tree, at home in clay, and never offended by a saw.',
    planting: 'Bury the nut two fingers deep in October, under wire mesh, or squirrels will.',
    waiting:
      'Nuts from the fifth year. Cut it to the ground every eighth winter and it lives for ever.',
  },
  crabApple: {
    name: 'Crab apple',
    latin: 'Malus sylvestris',
    heightM: [4, 8, 8],
    why: 'Blossom for the bees, jelly for you, and no soil that it has ever refused.',
    planting: 'Plant bare roots in December. Keep the grass away for three years.',
    waiting: 'Sour fruit from the eighth year, and a crown for children to climb at thirty.',
  },
  fieldMaple: {
    name: 'Field maple',
    latin: 'Acer campestre',
    heightM: [4, 10, 18],
    why: 'The patient one among the small trees: it turns gold every autumn for three hundred years.',
    planting:
      'Sow the keys as soon as they are brown. Half come up the first spring, half the second.',
    waiting: 'Slow for five years, then steady. It can be cut, and comes again from the stump.',
  },
  hornbeam: {
    name: 'Hornbeam',
    latin: 'Carpinus betulus',
    heightM: [4, 10, 22],
    why: 'Stands in heavy, damp ground where a beech would sulk, and takes any shape you cut.',
    planting: 'Plant in winter, small: a tree as long as your arm overtakes one twice its size.',
    waiting: 'A hedge at ten years, a tree at thirty, and wood like horn at two hundred.',
  },
  birch: {
    name: 'Silver birch',
    latin: 'Betula pendula',
    heightM: [8, 15, 15],
    why: 'Lives on sand and light, and is a tree before you have finished watching.',
    planting:
      'Scatter the seed on bare earth in March and press it with your boot. Do not cover it.',
    waiting: 'White bark from the sixth year. It is old at eighty, and makes room for an oak.',
  },
  lime: {
    name: 'Small-leaved lime',
    latin: 'Tilia cordata',
    heightM: [5, 12, 26],
    why: 'Bears dust, salt and dry summers, and hums with bees for the whole of July.',
    planting: 'Buy it grown: the seed sleeps for years. Give it a hole a metre and a half wide.',
    waiting:
      'A street’s worth of shade at thirty years, and at two hundred it has seen the houses change.',
  },
  alder: {
    name: 'Alder',
    latin: 'Alnus glutinosa',
    heightM: [8, 16, 16],
    why: 'Roots in standing water and feeds the soil as it goes.',
    planting:
      'Sow on mud in March, or plant it at the edge of the ditch, where nothing else will go.',
    waiting: 'Taller than a house at ten years. Siskins hang in its cones all winter.',
  },
  cherry: {
    name: 'Wild cherry',
    latin: 'Prunus avium',
    heightM: [6, 13, 13],
    why: 'Grows half a metre a year in good heavy ground, and is white in April.',
    planting: 'Spit out the stones in July, sow them at once in sand, and wait for two springs.',
    waiting: 'Cherries from the tenth year, if you are up before the starlings.',
  },
  oak: {
    name: 'English oak',
    latin: 'Quercus robur',
    heightM: [4, 10, 27],
    why: 'Clay in winter and cracks in summer: it has outlived worse, and everybody who planted it.',
    planting: 'Sow the acorn in its place for good, in October, on its side, two fingers deep.',
    waiting: 'Its first acorns at forty. At two hundred it is in the prime of life.',
  },
  sessileOak: {
    name: 'Sessile oak',
    latin: 'Quercus petraea',
    heightM: [4, 10, 26],
    why: 'The oak of hillsides and thin soils, which asks only not to stand in water.',
    planting: 'Sow the acorn the day you find it, on its side, and guard it from mice with wire.',
    waiting:
      'Slower than its brother for the first ten years, and straighter for the next two hundred.',
  },
};

/**
 * By place, soil and years (ten, thirty, two hundred).
 * @type {Readonly<Record<string, Readonly<Record<string, readonly [string, string, string]>>>>}
 */
export const STANDS = {
  garden: {
    wet: ['birdCherry', 'birdCherry', 'hornbeam'],
    heavy: ['hazel', 'crabApple', 'fieldMaple'],
    dry: ['rowan', 'crabApple', 'fieldMaple'],
  },
  verge: {
    wet: ['birdCherry', 'birdCherry', 'hornbeam'],
    heavy: ['crabApple', 'crabApple', 'lime'],
    dry: ['rowan', 'birch', 'lime'],
  },
  field: {
    wet: ['alder', 'alder', 'oak'],
    heavy: ['cherry', 'cherry', 'oak'],
    dry: ['birch', 'birch', 'sessileOak'],
  },
};
